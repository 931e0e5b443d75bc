using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What all transposed convolutions share.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    protected internal ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null)
        : base(name, in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed, output_padding, groups, bias, padding_mode, device, dtype)
    {
        if (padding_mode != PaddingModes.Zeros) throw new ArgumentException($"{name} supports only padding mode Zeros, not {padding_mode}.", nameof(padding_mode));
    }

    public override Tensor forward(Tensor input) => forward(input, null!);

    /// <param name="input"><c>[N, C, …]</c> or <c>[C, …]</c>.</param>
    /// <param name="output_size">The wanted spatial size, to choose among those that the stride leaves open; null takes <c>output_padding</c>.</param>
    public abstract Tensor forward(Tensor input, long[]? output_size);

    /// <summary>The output padding that yields the wanted output size.</summary>
    protected long[] _output_padding(Tensor input, long[]? output_size, long[] kernel_size, long[] stride, long[] padding, long[] dilation, long num_spatial_dims)
    {
        if (output_size is null) return output_padding;
        int dimensions = (int)num_spatial_dims;
        long[] shape = input.shape;
        ReadOnlySpan<long> wanted = output_size.AsSpan(Math.Max(0, output_size.Length - dimensions));
        if (output_size.Length != dimensions && output_size.Length != shape.Length)
            throw new ArgumentException($"{GetName()}: output_size must have {dimensions} or {shape.Length} elements, but has {output_size.Length}.", nameof(output_size));
        long[] extra = new long[dimensions];
        for (int i = 0; i < dimensions; i++)
        {
            long least = (shape[shape.Length - dimensions + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel_size[i] - 1) + 1;
            extra[i] = wanted[i] - least;
            if (extra[i] < 0 || extra[i] >= Math.Max(stride[i], dilation[i]))
                throw new ArgumentException($"{GetName()}: output size {wanted[i]} in dimension {i} is out of reach: it must be from {least} to {least + stride[i] - 1}.", nameof(output_size));
        }

        return extra;
    }

    private protected Tensor Transpose(string op, Tensor input, long[]? output_size)
    {
        long[] extra = _output_padding(input, output_size, kernel_size, stride, padding, dilation, kernel_size.Length);
        return Aten.Call(op, input, _weight, _bias, stride, padding, extra, groups, dilation);
    }
}
