using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Where the channels of a dense tensor lie in memory: element i belongs to channel ⌊i / <paramref name="Run"/>⌋ mod
/// <paramref name="Count"/>.
/// </summary>
/// <param name="Count">Number of channels.</param>
/// <param name="Run">Elements of one channel that lie side by side.</param>
internal readonly record struct ChannelOrder(int Count, long Run)
{
    /// <summary>The order in a dense tensor.</summary>
    /// <param name="dense">The tensor, row-major or channels_last.</param>
    /// <param name="axis">The dimension that counts channels.</param>
    public static ChannelOrder Of(Tensor dense, int axis)
    {
        long[] shape = dense.shape;
        long run = shape.Skip(axis + 1).Aggregate(1L, static (product, size) => product * size);
        if (!dense.is_contiguous() && axis > 0)
            // In memory [N, H, W, C].
            run = axis == 1 ? 1 : run * shape[1];
        return new((int)shape[axis], run);
    }

    /// <summary>The channel of an element.</summary>
    public int ChannelOf(long element) => (int)(element / Run % Count);

    /// <summary>Elements from one on that belong to the same channel.</summary>
    public long Rest(long element) => Run - element % Run;
}
