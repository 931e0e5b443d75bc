namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Aten.Call("max_pool1d", input, new[] { kernel_size }, new[] { stride ?? kernel_size }, new[] { padding ?? 0 }, new[] { dilation ?? 1 }, ceil_mode);

            public static (Tensor output, Tensor indices) max_pool1d_with_indices(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Aten.Call2("max_pool1d_with_indices", input, new[] { kernel_size }, new[] { stride ?? kernel_size }, new[] { padding ?? 0 }, new[] { dilation ?? 1 }, ceil_mode);

            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call("max_pool2d", input, kernel_size, strides ?? kernel_size, padding ?? new long[2], dilation ?? Sizes.Same(1, 2), ceil_mode);

            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), Sizes.Same(padding, 2), Sizes.Same(dilation, 2), ceil_mode);

            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, Sizes.Of(kernel_size), Sizes.Of(stride), Sizes.Of(padding), Sizes.Of(dilation), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call2("max_pool2d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? new long[2], dilation ?? Sizes.Same(1, 2), ceil_mode);

            public static Tensor max_pool3d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call("max_pool3d", input, kernel_size, strides ?? kernel_size, padding ?? new long[3], dilation ?? Sizes.Same(1, 3), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool3d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Aten.Call2("max_pool3d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? new long[3], dilation ?? Sizes.Same(1, 3), ceil_mode);
        }
    }
}
