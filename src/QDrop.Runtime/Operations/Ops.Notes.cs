using QDrop.Recording;
using TorchSharp;
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

    /// <summary>A weight for each channel, in the shape in which it is multiplied with values.</summary>
    internal static Tensor ByChannel(Tensor weight, Tensor x) =>
        weight.numel() == 1 || x.dim() < 2 ? weight.detach()
        : weight.detach().view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

    /// <summary>What sums of squares are divided by.</summary>
    internal static double Freedom(Tensor x, long[]? dimensions, bool unbiased)
    {
        long count = dimensions is null ? x.numel()
            : dimensions.Aggregate(1L, (product, d) => product * x.shape[d < 0 ? d + x.dim() : d]);
        return count - (unbiased ? 1 : 0);
    }

    /// <summary>Tensors along a new dimension.</summary>
    private static Tensor Stacked(Tensor[] tensors, long dimension)
    {
        Tensor result = torch.stack(tensors, dimension);
        if (Recorder.Current is null)
            return result;
        long axis = dimension < 0 ? dimension + result.dim() : dimension;
        long[] shape = [.. result.shape];
        shape[axis] = 1;
        Tensor[] parts = [.. tensors.Select(t => Note.As(t.reshape(shape), $"reshape({t}, shape={shape})"))];
        return Note.As(result, $"concat({parts}, dim={axis})");
    }

    /// <summary>Tensors along the first or the second dimension.</summary>
    private static Tensor Joined(Tensor[] tensors, Func<IList<Tensor>, Tensor> join, long dimension)
    {
        Tensor result = join(tensors);
        return tensors[0].dim() < 2 ? Note.None(result, "stacking vectors")
            : Note.As(result, $"concat({tensors}, dim={dimension})");
    }
}
