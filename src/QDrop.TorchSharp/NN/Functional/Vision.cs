namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) => Aten.Call("pixel_shuffle", input, upscale_factor);

            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) => Aten.Call("pixel_unshuffle", input, downscale_factor);

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor unfold(Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => Aten.Call("im2col", input, Sizes.Of(kernel_size), Sizes.Of(dilation ?? (1, 1)), Sizes.Of(padding ?? (0, 0)), Sizes.Of(stride ?? (1, 1)));

            public static Tensor fold(Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1)
                => fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Tensor fold(Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null)
                => Aten.Call("col2im", input, Sizes.Of(output_size), Sizes.Of(kernel_size), Sizes.Of(dilation ?? (1, 1)), Sizes.Of(padding ?? (0, 0)), Sizes.Of(stride ?? (1, 1)));

            /// <summary>Sampling positions of an affine map.</summary>
            /// <param name="theta">The maps, <c>[N, 2, 3]</c> or <c>[N, 3, 4]</c>.</param>
            /// <param name="size">The size of the images to sample, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>.</param>
            /// <param name="align_corners">Whether −1 and 1 are the centres of the corner pixels.</param>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false)
            {
                ArgumentNullException.ThrowIfNull(size);
                return Aten.Call("affine_grid_generator", theta, size, align_corners);
            }

            public static Tensor grid_sample(Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear, GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                // ATen numbers: bilinear 0, nearest 1; zeros 0, border 1, reflection 2.
                long interpolation = mode == GridSampleMode.Bilinear ? 0 : 1;
                long padding = padding_mode switch { GridSamplePaddingMode.Border => 1, GridSamplePaddingMode.Reflection => 2, _ => 0 };
                return Aten.Call("grid_sampler", input, grid, interpolation, padding, align_corners ?? false);
            }
        }
    }
}
