using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static FractionalMaxPool2d FractionalMaxPool2d(long kernel_size, long? output_size = null, double? output_ratio = null)
                => new(Sizes.Same(kernel_size, 2), Sizes.Same(output_size, 2), output_ratio is { } r ? [r, r] : null);

            public static FractionalMaxPool2d FractionalMaxPool2d((long, long) kernel_size, (long, long)? output_size = null, (double, double)? output_ratio = null)
                => new(Sizes.Of(kernel_size), Sizes.Of(output_size), output_ratio is { } r ? [r.Item1, r.Item2] : null);

            public static FractionalMaxPool2d FractionalMaxPool2d(long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => new(kernel_size, output_size, output_ratio);

            public static FractionalMaxPool3d FractionalMaxPool3d(long kernel_size, long? output_size = null, double? output_ratio = null)
                => new(Sizes.Same(kernel_size, 3), Sizes.Same(output_size, 3), output_ratio is { } r ? [r, r, r] : null);

            public static FractionalMaxPool3d FractionalMaxPool3d((long, long, long) kernel_size, (long, long, long)? output_size = null, (double, double, double)? output_ratio = null)
                => new(Sizes.Of(kernel_size), Sizes.Of(output_size), output_ratio is { } r ? [r.Item1, r.Item2, r.Item3] : null);

            public static FractionalMaxPool3d FractionalMaxPool3d(long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null)
                => new(kernel_size, output_size, output_ratio);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Max pooling over randomly placed windows (arXiv 1412.6071); the output's size is given, or its ratio to the input's.</summary>
    public sealed class FractionalMaxPool2d : ParameterLessModule<Tensor, Tensor>
    {
        internal FractionalMaxPool2d(long[] kernel_size, long[]? output_size, double[]? output_ratio) : base(nameof(FractionalMaxPool2d))
        {
            this.kernel_size = kernel_size;
            this.output_size = output_size;
            this.output_ratio = output_ratio;
        }

        public long[] kernel_size { get; set; }

        public long[]? output_size { get; set; }

        public double[]? output_ratio { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.fractional_max_pool2d(input, kernel_size, output_size, output_ratio);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio);
    }

    /// <summary>Max pooling over randomly placed windows (arXiv 1412.6071); the output's size is given, or its ratio to the input's.</summary>
    public sealed class FractionalMaxPool3d : ParameterLessModule<Tensor, Tensor>
    {
        internal FractionalMaxPool3d(long[] kernel_size, long[]? output_size, double[]? output_ratio) : base(nameof(FractionalMaxPool3d))
        {
            this.kernel_size = kernel_size;
            this.output_size = output_size;
            this.output_ratio = output_ratio;
        }

        public long[] kernel_size { get; set; }

        public long[]? output_size { get; set; }

        public double[]? output_ratio { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.fractional_max_pool3d(input, kernel_size, output_size, output_ratio);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio);
    }
}
