using System.Reflection;
using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Arguments as programs have them.</content>
public static partial class Ops
{
    private static readonly FieldInfo? TensorOfIndex = typeof(TensorIndex)
        .GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
        .FirstOrDefault(static f => f.FieldType == typeof(Tensor));

    /// <summary>An order of dimensions, counted from the first.</summary>
    internal static long[] Dimensions(IEnumerable<long> order, Tensor x) =>
        [.. order.Select(d => d < 0 ? d + x.dim() : d)];

    /// <summary>The dimensions, the last one first.</summary>
    private static long[] Reversed(Tensor x) =>
        [.. Enumerable.Range(1, (int)x.dim()).Select(k => x.dim() - k)];

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

    /// <summary>What sums of squares are divided by.</summary>
    internal static double Freedom(Tensor x, long[]? dimensions, bool unbiased)
    {
        long count = dimensions is null ? x.numel()
            : dimensions.Aggregate(1L, (product, d) => product * x.shape[d < 0 ? d + x.dim() : d]);
        return count - (unbiased ? 1 : 0);
    }

    /// <summary>Tensors along the first or the second dimension.</summary>
    private static Tensor Joined(Tensor[] tensors, Func<IList<Tensor>, Tensor> join, long dimension)
    {
        Tensor result = join(tensors);
        return tensors[0].dim() < 2 ? Note.None(result, "stacking vectors")
            : Note.As(result, $"concat({tensors}, dim={dimension})");
    }

    /// <summary>Half of the size of a dimension.</summary>
    private static long Half(Tensor x, long dimension) => x.shape[dimension < 0 ? dimension + x.dim() : dimension] / 2;

    /// <summary>The tensor that a part of an index is, which may come from values.</summary>
    private static Tensor? TensorOf(TensorIndex index) => TensorOfIndex?.GetValue(index) as Tensor;
}
