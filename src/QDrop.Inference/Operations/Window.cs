using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>
/// The windows that convolutions and pools look at: of 1 to 3 dimensions, of which those that are missing have size 1.
/// </summary>
/// <param name="Dimensions">How many dimensions there are, 1 to 3.</param>
/// <param name="Kernel">Sizes of a window.</param>
/// <param name="Stride">How far windows are apart.</param>
/// <param name="Padding">How many elements there are before the first and after the last.</param>
/// <param name="Dilation">How far the elements of a window are apart.</param>
internal sealed record Window(int Dimensions, int[] Kernel, int[] Stride, int[] Padding, int[] Dilation)
{
    /// <summary>The window of an operation with the arguments <c>kernel</c>, <c>stride</c>, and so on.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="dimensions">How many dimensions there are.</param>
    /// <param name="kernel">The sizes; <see langword="null"/> where an argument has them.</param>
    public static Window Of(Operation operation, int dimensions, int[]? kernel = null)
    {
        Arguments with = operation.Arguments;
        if (dimensions is < 1 or > 3)
            throw new InvalidProgramGraphException($"windows have {dimensions} dimensions; expected 1 to 3.");
        kernel ??= with.Integers("kernel");
        int[] ones = [.. Enumerable.Repeat(1, dimensions)];
        int[] stride = with.Integers("stride", ones), padding = with.Integers("padding", new int[dimensions]),
            dilation = with.Integers("dilation", ones);
        if (Array.Exists([kernel, stride, padding, dilation], a => a.Length != dimensions))
            throw new InvalidProgramGraphException($"expected {dimensions} numbers for each argument of a window.");
        if (kernel.Any(static k => k < 1) || stride.Any(static s => s < 1) || dilation.Any(static d => d < 1)
            || padding.Any(static p => p < 0))
            throw new InvalidProgramGraphException("sizes of windows are 1 or more, and pads 0 or more.");
        return new(dimensions, Three(kernel, 1), Three(stride, 1), Three(padding, 0), Three(dilation, 1));
    }

    /// <summary>The last sizes of a shape, in three dimensions.</summary>
    public static int[] Three(ReadOnlySpan<int> sizes, int missing)
    {
        int[] all = [missing, missing, missing];
        sizes.CopyTo(all.AsSpan(3 - sizes.Length));
        return all;
    }

    /// <summary>How many windows fit, for each dimension that there is.</summary>
    /// <param name="sizes">The sizes of what is looked at.</param>
    /// <param name="roundUp">Whether one that begins inside and ends outside counts.</param>
    public int[] Outputs(ReadOnlySpan<int> sizes, bool roundUp = false)
    {
        int[] outputs = new int[Dimensions];
        for (int d = 0; d < Dimensions; d++)
        {
            int k = 3 - Dimensions + d;
            long length = sizes[d] + (2L * Padding[k]) - ((long)Dilation[k] * (Kernel[k] - 1)) - 1;
            if (length < 0)
                throw new InvalidProgramGraphException($"a window is larger than the {sizes[d]} elements it looks at.");
            long count = roundUp ? (length + Stride[k] - 1) / Stride[k] : length / Stride[k];
            // The last one begins inside, or in the elements before the first.
            if (roundUp && count * Stride[k] >= sizes[d] + Padding[k])
                count--;
            outputs[d] = (int)count + 1;
        }
        return outputs;
    }
}
