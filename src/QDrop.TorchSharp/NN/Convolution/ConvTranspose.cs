using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ConvTranspose1d ConvTranspose1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 1), Sizes.Same(stride, 1), Sizes.Same(padding, 1), Sizes.Same(output_padding, 1), Sizes.Same(dilation, 1), groups, bias, padding_mode, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), Sizes.Same(padding, 2), Sizes.Same(output_padding, 2), Sizes.Same(dilation, 2), groups, bias, padding_mode, device, dtype);

            public static ConvTranspose2d ConvTranspose2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 2), Sizes.Of(padding), Sizes.Of(output_padding) ?? new long[2], Sizes.Of(dilation) ?? Sizes.Same(1, 2), groups, bias, padding_mode, device, dtype);

            public static ConvTranspose3d ConvTranspose3d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 3), Sizes.Same(stride, 3), Sizes.Same(padding, 3), Sizes.Same(output_padding, 3), Sizes.Same(dilation, 3), groups, bias, padding_mode, device, dtype);

            public static ConvTranspose3d ConvTranspose3d(long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? output_padding = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 3), Sizes.Of(padding), Sizes.Of(output_padding) ?? new long[3], Sizes.Of(dilation) ?? Sizes.Same(1, 3), groups, bias, padding_mode, device, dtype);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Transposed convolution over <c>[N, C, L]</c> or <c>[C, L]</c>.</summary>
    public sealed class ConvTranspose1d : ConvolutionTranspose
    {
        internal ConvTranspose1d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, long[] output_padding, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(ConvTranspose1d), in_channels, out_channels, kernel_size, stride, padding, null, dilation, true, output_padding, groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input, long[]? output_size) => Transpose("conv_transpose1d", input, output_size);
    }

    /// <summary>Transposed convolution over <c>[N, C, H, W]</c> or <c>[C, H, W]</c>.</summary>
    public sealed class ConvTranspose2d : ConvolutionTranspose
    {
        internal ConvTranspose2d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, long[] output_padding, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(ConvTranspose2d), in_channels, out_channels, kernel_size, stride, padding, null, dilation, true, output_padding, groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input, long[]? output_size) => Transpose("conv_transpose2d.input", input, output_size);
    }

    /// <summary>Transposed convolution over <c>[N, C, D, H, W]</c> or <c>[C, D, H, W]</c>.</summary>
    public sealed class ConvTranspose3d : ConvolutionTranspose
    {
        internal ConvTranspose3d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, long[] output_padding, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(ConvTranspose3d), in_channels, out_channels, kernel_size, stride, padding, null, dilation, true, output_padding, groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input, long[]? output_size) => Transpose("conv_transpose3d.input", input, output_size);
    }
}
