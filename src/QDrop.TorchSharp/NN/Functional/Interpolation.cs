namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Resizes the spatial dimensions of <c>[N, C, L]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>.</summary>
            /// <param name="x">The input.</param>
            /// <param name="size">The output's spatial size; one number stands for all dimensions.</param>
            /// <param name="scale_factor">Or the output's size as a multiple of the input's; one number stands for all dimensions.</param>
            /// <param name="mode">The interpolation.</param>
            /// <param name="align_corners">Whether the corner pixels' centres stay where they are (linear and cubic modes).</param>
            /// <param name="recompute_scale_factor">Whether to interpolate by the ratio of the sizes instead of by the given factor.</param>
            /// <param name="antialias">Whether to filter when scaling down (bilinear and bicubic).</param>
            public static Tensor interpolate(Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null, bool recompute_scale_factor = false, bool antialias = false)
            {
                int dimensions = (int)x.dim() - 2;
                if (dimensions is < 1 or > 3) throw new ArgumentException($"interpolate takes inputs of 3 to 5 dimensions, but got shape [{string.Join(", ", x.shape)}].", nameof(x));
                if ((size is null) == (scale_factor is null)) throw new ArgumentException("interpolate takes either a size or a scale_factor.", nameof(size));
                if (align_corners is not null && mode is (InterpolationMode.Nearest or InterpolationMode.NearestExact or InterpolationMode.Area))
                    throw new ArgumentException($"align_corners has no meaning in mode {mode}.", nameof(align_corners));
                if (antialias && mode is not (InterpolationMode.Bilinear or InterpolationMode.Bicubic))
                    throw new ArgumentException($"antialias exists for modes Bilinear and Bicubic, not {mode}.", nameof(antialias));
                size = Spread(size, dimensions, nameof(size));
                scale_factor = Spread(scale_factor, dimensions, nameof(scale_factor));
                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = Scaled(x, scale_factor);
                    scale_factor = null;
                }

                bool corners = align_corners ?? false;
                return (mode, dimensions) switch
                {
                    (InterpolationMode.Nearest, _) => Aten.Call($"upsample_nearest{dimensions}d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, _) => Aten.Call($"_upsample_nearest_exact{dimensions}d.vec", x, size, scale_factor),
                    (InterpolationMode.Area, _) => Aten.Call($"adaptive_avg_pool{dimensions}d", x, size),
                    (InterpolationMode.Linear, 1) => Aten.Call("upsample_linear1d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Aten.Call(antialias ? "_upsample_bilinear2d_aa.vec" : "upsample_bilinear2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Aten.Call(antialias ? "_upsample_bicubic2d_aa.vec" : "upsample_bicubic2d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Aten.Call("upsample_trilinear3d.vec", x, size, corners, scale_factor),
                    _ => throw new ArgumentException($"Mode {mode} does not take inputs of {dimensions + 2} dimensions.", nameof(mode)),
                };
            }

            public static Tensor upsample(Tensor input, long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool align_corners = false)
                => interpolate(input, size, scale_factor, (InterpolationMode)mode, mode == UpsampleMode.Nearest ? null : align_corners);

            public static Tensor upsample_nearest(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                => interpolate(x, size, scale_factor, align_corners: align_corners ? true : null);

            public static Tensor upsample_bilinear(Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false)
                => interpolate(x, size, scale_factor, InterpolationMode.Bilinear, align_corners);

            public static Tensor upsample_nearest1d(Tensor input, long? outputSize, double? scaleFactor)
                => Aten.Call("upsample_nearest1d.vec", input, Sizes.Same(outputSize, 1), scaleFactor is { } factor ? new[] { factor } : Value.None);

            public static Tensor upsample_nearest2d(Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null)
                => Aten.Call("upsample_nearest2d.vec", input, outputSizes, scaleFactors);

            public static Tensor upsample_nearest3d(Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null)
                => Aten.Call("upsample_nearest3d.vec", input, outputSizes, scaleFactors);

            private static T[]? Spread<T>(T[]? values, int dimensions, string name)
            {
                if (values is null || values.Length == dimensions) return values;
                if (values.Length != 1) throw new ArgumentException($"{name} must have 1 or {dimensions} elements, but has {values.Length}.", name);
                return [.. Enumerable.Repeat(values[0], dimensions)];
            }

            private static long[] Scaled(Tensor input, double[] factors)
            {
                long[] shape = input.shape;
                return [.. factors.Select((factor, i) => (long)Math.Floor(shape[i + 2] * factor))];
            }
        }
    }
}
