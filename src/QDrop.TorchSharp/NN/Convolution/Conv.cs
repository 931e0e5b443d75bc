using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 1), Sizes.Same(stride, 1), Sizes.Same(padding, 1), null, Sizes.Same(dilation, 1), groups, bias, padding_mode, device, dtype);

            public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 1), Sizes.Same(stride, 1), null, padding, Sizes.Same(dilation, 1), groups, bias, padding_mode, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), Sizes.Same(padding, 2), null, Sizes.Same(dilation, 2), groups, bias, padding_mode, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 2), Sizes.Of(padding), null, Sizes.Of(dilation) ?? Sizes.Same(1, 2), groups, bias, padding_mode, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), null, padding, Sizes.Same(dilation, 2), groups, bias, padding_mode, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 2), null, padding, Sizes.Of(dilation) ?? Sizes.Same(1, 2), groups, bias, padding_mode, device, dtype);

            public static Conv3d Conv3d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 3), Sizes.Same(stride, 3), Sizes.Same(padding, 3), null, Sizes.Same(dilation, 3), groups, bias, padding_mode, device, dtype);

            public static Conv3d Conv3d(long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 3), Sizes.Of(padding), null, Sizes.Of(dilation) ?? Sizes.Same(1, 3), groups, bias, padding_mode, device, dtype);

            public static Conv3d Conv3d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Same(kernel_size, 3), Sizes.Same(stride, 3), null, padding, Sizes.Same(dilation, 3), groups, bias, padding_mode, device, dtype);

            public static Conv3d Conv3d(long in_channels, long out_channels, (long, long, long) kernel_size, Padding padding, (long, long, long)? stride = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, Sizes.Of(kernel_size), Sizes.Of(stride) ?? Sizes.Same(1, 3), null, padding, Sizes.Of(dilation) ?? Sizes.Same(1, 3), groups, bias, padding_mode, device, dtype);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Convolution over <c>[N, C, L]</c> or <c>[C, L]</c>.</summary>
    public sealed class Conv1d : Convolution
    {
        internal Conv1d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(Conv1d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, false, new long[1], groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input) => Convolve("conv1d", input);
    }

    /// <summary>Convolution over <c>[N, C, H, W]</c> or <c>[C, H, W]</c>.</summary>
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(Conv2d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, false, new long[2], groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input) => Convolve("conv2d", input);
    }

    /// <summary>Convolution over <c>[N, C, D, H, W]</c> or <c>[C, D, H, W]</c>.</summary>
    public sealed class Conv3d : Convolution
    {
        internal Conv3d(long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
            : base(nameof(Conv3d), in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, false, new long[3], groups, bias, padding_mode, device, dtype)
        {
        }

        public override Tensor forward(Tensor input) => Convolve("conv3d", input);
    }
}
