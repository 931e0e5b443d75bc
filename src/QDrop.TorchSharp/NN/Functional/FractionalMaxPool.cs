namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor fractional_max_pool2d(Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null)
                => First(fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio));

            public static Tensor fractional_max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? output_size = null, (double, double)? output_ratio = null)
                => First(fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio));

            public static Tensor fractional_max_pool2d(Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => First(fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio));

            public static (Tensor Output, Tensor Indices) fractional_max_pool2d_with_indices(Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null)
                => fractional_max_pool2d_with_indices(input, Sizes.Same(kernel_size, 2), Sizes.Same(output_size, 2), output_ratio is { } r ? [r, r] : null);

            public static (Tensor Output, Tensor Indices) fractional_max_pool2d_with_indices(Tensor input, (long, long) kernel_size, (long, long)? output_size = null, (double, double)? output_ratio = null)
                => fractional_max_pool2d_with_indices(input, Sizes.Of(kernel_size), Sizes.Of(output_size), output_ratio is { } r ? [r.Item1, r.Item2] : null);

            public static (Tensor Output, Tensor Indices) fractional_max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => FractionalMaxPool("fractional_max_pool2d", input, kernel_size, output_size, output_ratio);

            public static Tensor fractional_max_pool3d(Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null)
                => First(fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio));

            public static Tensor fractional_max_pool3d(Tensor input, (long, long, long) kernel_size, (long, long, long)? output_size = null, (double, double, double)? output_ratio = null)
                => First(fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio));

            public static Tensor fractional_max_pool3d(Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => First(fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio));

            public static (Tensor Output, Tensor Indices) fractional_max_pool3d_with_indices(Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null)
                => fractional_max_pool3d_with_indices(input, Sizes.Same(kernel_size, 3), Sizes.Same(output_size, 3), output_ratio is { } r ? [r, r, r] : null);

            public static (Tensor Output, Tensor Indices) fractional_max_pool3d_with_indices(Tensor input, (long, long, long) kernel_size, (long, long, long)? output_size = null, (double, double, double)? output_ratio = null)
                => fractional_max_pool3d_with_indices(input, Sizes.Of(kernel_size), Sizes.Of(output_size), output_ratio is { } r ? [r.Item1, r.Item2, r.Item3] : null);

            public static (Tensor Output, Tensor Indices) fractional_max_pool3d_with_indices(Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => FractionalMaxPool("fractional_max_pool3d", input, kernel_size, output_size, output_ratio);

            private static (Tensor, Tensor) FractionalMaxPool(string op, Tensor input, long[] kernel_size, long[]? output_size, double[]? output_ratio)
            {
                int dimensions = kernel_size.Length;
                long[] shape = input.shape;
                if ((output_size is null) == (output_ratio is null))
                    throw new ArgumentException($"{op} takes either an output_size or an output_ratio.", nameof(output_size));
                output_size ??= [.. output_ratio!.Select((ratio, i) => (long)(shape[shape.Length - dimensions + i] * ratio))];
                // Where the windows lie: one number in [0, 1) per sample, channel and dimension.
                bool batched = shape.Length == dimensions + 2;
                long[] sample_shape = [batched ? shape[0] : 1, shape[batched ? 1 : 0], dimensions];
                using Tensor samples = Aten.Call("rand", sample_shape, input.dtype, Value.None, input.device);
                return Aten.Call2(op, input, kernel_size, output_size, samples);
            }
        }
    }
}
