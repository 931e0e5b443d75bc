namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size)
                => Aten.Call("adaptive_avg_pool1d", input, new[] { output_size });

            public static Tensor adaptive_max_pool1d(Tensor input, long output_size)
                => First(adaptive_max_pool1d_with_indices(input, output_size));

            public static (Tensor output, Tensor indices) adaptive_max_pool1d_with_indices(Tensor input, long output_size)
                => Aten.Call2("adaptive_max_pool1d", input, new[] { output_size });

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size)
                => Aten.Call("adaptive_avg_pool2d", input, output_size);

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size)
                => adaptive_avg_pool2d(input, Sizes.Of(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size)
                => adaptive_avg_pool2d(input, Sizes.Same(output_size, 2));

            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size)
                => First(adaptive_max_pool2d_with_indices(input, output_size));

            public static (Tensor output, Tensor indices) adaptive_max_pool2d_with_indices(Tensor input, long[] output_size)
                => Aten.Call2("adaptive_max_pool2d", input, output_size);

            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size)
                => Aten.Call("adaptive_avg_pool3d", input, output_size);

            public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size)
                => adaptive_avg_pool3d(input, Sizes.Of(output_size));

            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size)
                => adaptive_avg_pool3d(input, Sizes.Same(output_size, 3));

            public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size)
                => First(adaptive_max_pool3d_with_indices(input, output_size));

            public static (Tensor output, Tensor indices) adaptive_max_pool3d_with_indices(Tensor input, long[] output_size)
                => Aten.Call2("adaptive_max_pool3d", input, output_size);

            private static Tensor First((Tensor output, Tensor indices) pooled)
            {
                pooled.indices.Dispose();
                return pooled.output;
            }
        }
    }
}
