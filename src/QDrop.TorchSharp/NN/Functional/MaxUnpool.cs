namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_unpool1d(Tensor input, Tensor indices, long kernel_size, long? stride = null, long? padding = null, long[]? output_size = null)
            {
                long[] size = Unpooled(input, [kernel_size], Sizes.Same(stride, 1), Sizes.Same(padding, 1), output_size);
                using Tensor rows = Aten.Call("unsqueeze", input, -1L);
                using Tensor row_indices = Aten.Call("unsqueeze", indices, -1L);
                using Tensor unpooled = Aten.Call("max_unpool2d", rows, row_indices, new[] { size[0], 1 });
                return Aten.Call("squeeze.dim", unpooled, -1L);
            }

            public static Tensor max_unpool2d(Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? output_size = null)
                => Aten.Call("max_unpool2d", input, indices, Unpooled(input, kernel_size, stride, padding, output_size));

            public static Tensor max_unpool3d(Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? output_size = null)
                => Aten.Call("max_unpool3d", input, indices, Unpooled(input, kernel_size, stride, padding, output_size), stride ?? kernel_size, padding ?? new long[3]);

            // The spatial size before pooling: as given (with or without batch and channels), else the least that yields the input's.
            private static long[] Unpooled(Tensor input, long[] kernel_size, long[]? stride, long[]? padding, long[]? output_size)
            {
                int dimensions = kernel_size.Length;
                long[] shape = input.shape;
                if (output_size is not null)
                {
                    if (output_size.Length != dimensions && output_size.Length != shape.Length)
                        throw new ArgumentException($"output_size must have {dimensions} or {shape.Length} elements, but has {output_size.Length}.", nameof(output_size));
                    return output_size[^dimensions..];
                }

                long[] size = new long[dimensions];
                for (int i = 0; i < dimensions; i++)
                    size[i] = (shape[shape.Length - dimensions + i] - 1) * (stride ?? kernel_size)[i] + kernel_size[i] - 2 * (padding?[i] ?? 0);
                return size;
            }
        }
    }
}
