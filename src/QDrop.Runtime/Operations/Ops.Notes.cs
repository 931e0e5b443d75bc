using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Arguments as programs have them.</content>
public static partial class Ops
{
    /// <summary>An order of dimensions, counted from the first.</summary>
    internal static long[] Dimensions(IEnumerable<long> order, Tensor x) =>
        [.. order.Select(d => d < 0 ? d + x.dim() : d)];

    /// <summary>The order of dimensions of which two are exchanged.</summary>
    internal static long[] Exchanged(Tensor x, long one, long other)
    {
        long[] order = [.. Enumerable.Range(0, (int)x.dim()).Select(static d => (long)d)];
        (one, other) = (one < 0 ? one + order.Length : one, other < 0 ? other + order.Length : other);
        if (order.Length > 0)
            (order[one], order[other]) = (order[other], order[one]);
        return order;
    }

    /// <summary>One size for each of some dimensions.</summary>
    internal static long[] Sizes(long size, int dimensions) => [.. Enumerable.Repeat(size, dimensions)];

    /// <inheritdoc cref="Sizes(long, int)"/>
    internal static long[]? Sizes(long? size, int dimensions) => size is { } given ? Sizes(given, dimensions) : null;

    /// <inheritdoc cref="Sizes(long, int)"/>
    internal static long[]? Sizes((long, long)? sizes, int dimensions) =>
        sizes is { } given && dimensions == 2 ? [given.Item1, given.Item2] : null;

    /// <inheritdoc cref="Sizes(long, int)"/>
    internal static long[]? Sizes(long[]? sizes, int dimensions) =>
        sizes is [var only] ? Sizes(only, dimensions) : sizes is { Length: > 0 } ? sizes : null;
}
