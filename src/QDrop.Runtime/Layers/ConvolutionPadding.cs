using QDrop.Recording;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>What a convolution pads its input with.</summary>
/// <param name="Sizes">The padding with zeros that the convolution itself does, for each spatial dimension.</param>
/// <param name="Before">Pads the input before it: borders that are not zero, or uneven ones.</param>
internal readonly record struct ConvolutionPadding(long[] Sizes, Func<Tensor, Tensor>? Before)
{
    /// <summary>Reads the padding of a layer.</summary>
    public static ConvolutionPadding Of(Convolution convolution)
    {
        int dimensions = convolution.kernel_size.Length;
        long[] none = new long[dimensions];
        if (convolution.padding_type == Padding.Valid)
            return new(none, null);
        bool same = convolution.padding_type == Padding.Same;
        long[] before = new long[dimensions];
        long[] after = new long[dimensions];
        for (int d = 0; d < dimensions; d++)
        {
            // Without a padding type there are sizes.
            long total = same
                ? convolution.dilation[d] * (convolution.kernel_size[d] - 1)
                : 2 * convolution.padding![d];
            before[d] = total / 2;
            after[d] = total - before[d];
        }
        if (convolution.padding_mode == PaddingModes.Zeros && before.AsSpan().SequenceEqual(after))
            return new(before, null);
        bool zeros = convolution.padding_mode == PaddingModes.Zeros;
        // functional.pad counts from the last dimension. TorchSharp's layers count from the first where padding is
        // "same" and not by zeros.
        IEnumerable<int> order = Enumerable.Range(0, dimensions);
        long[] borders = [.. (same && !zeros ? order : order.Reverse()).SelectMany(d => new[] { before[d], after[d] })];
        PaddingModes mode = zeros ? PaddingModes.Constant : convolution.padding_mode;
        return new(none, x => Padded(x, borders, mode));
    }

    /// <summary>Borders of all dimensions, the first dimension first.</summary>
    /// <param name="x">What they are for.</param>
    /// <param name="borders">Those of the last dimensions, the last one first.</param>
    internal static long[] Pads(Tensor x, long[] borders)
    {
        long[] pads = new long[2 * x.dim()];
        for (int d = 0; d < borders.Length / 2; d++)
            (pads[^((2 * d) + 2)], pads[^((2 * d) + 1)]) = (borders[2 * d], borders[(2 * d) + 1]);
        return pads;
    }

    /// <summary>A tensor with borders, which are counted from the last dimension.</summary>
    internal static Tensor Padded(Tensor x, long[] borders, PaddingModes mode, double value = 0)
    {
        return Noted(functional.pad(x, borders, mode, value), x, Pads(x, borders), mode, value);
    }

    /// <summary>Notes a tensor with as much before as after each dimension.</summary>
    internal static Tensor Even(Tensor result, Tensor x, PaddingModes mode, double value) => Noted(
        result,
        x,
        [.. x.shape.Zip(result.shape, static (from, to) => (to - from) / 2).SelectMany(static p => new[] { p, p })],
        mode,
        value);

    private static Tensor Noted(Tensor result, Tensor x, long[] pads, PaddingModes mode, double value)
    {
        string name = mode switch
        {
            PaddingModes.Reflect => "reflect",
            PaddingModes.Replicate => "replicate",
            PaddingModes.Circular => "circular",
            _ => "constant",
        };
        return Note.As(result, $"pad({x}, pads={pads}, mode={name}, value={value})");
    }
}
