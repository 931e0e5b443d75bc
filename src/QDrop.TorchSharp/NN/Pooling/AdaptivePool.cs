using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static AdaptiveAvgPool1d AdaptiveAvgPool1d(long output_size)
                => new(output_size);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size)
                => new(output_size);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size)
                => new(Sizes.Of(output_size));

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size)
                => new(Sizes.Same(output_size, 2));

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long[] output_size)
                => new(output_size);

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d((long, long, long) output_size)
                => new(Sizes.Of(output_size));

            public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long output_size)
                => new(Sizes.Same(output_size, 3));

            public static AdaptiveMaxPool1d AdaptiveMaxPool1d(long output_size)
                => new(output_size);

            public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long[] output_size)
                => new(output_size);

            public static AdaptiveMaxPool3d AdaptiveMaxPool3d(long[] output_size)
                => new(output_size);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Mean over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveAvgPool1d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveAvgPool1d(long output_size) : base(nameof(AdaptiveAvgPool1d))
        {
            this.output_size = output_size;
        }

        public long output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool1d(input, output_size);
    }

    /// <summary>Mean over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveAvgPool2d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveAvgPool2d(long[] output_size) : base(nameof(AdaptiveAvgPool2d))
        {
            this.output_size = output_size;
        }

        public long[] output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, output_size);
    }

    /// <summary>Mean over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveAvgPool3d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveAvgPool3d(long[] output_size) : base(nameof(AdaptiveAvgPool3d))
        {
            this.output_size = output_size;
        }

        public long[] output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool3d(input, output_size);
    }

    /// <summary>Maximum over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveMaxPool1d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveMaxPool1d(long output_size) : base(nameof(AdaptiveMaxPool1d))
        {
            this.output_size = output_size;
        }

        public long output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool1d(input, output_size);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool1d_with_indices(input, output_size);
    }

    /// <summary>Maximum over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveMaxPool2d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveMaxPool2d(long[] output_size) : base(nameof(AdaptiveMaxPool2d))
        {
            this.output_size = output_size;
        }

        public long[] output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool2d(input, output_size);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool2d_with_indices(input, output_size);
    }

    /// <summary>Maximum over windows chosen so that the output has the given size.</summary>
    public sealed class AdaptiveMaxPool3d : ParameterLessModule<Tensor, Tensor>
    {
        internal AdaptiveMaxPool3d(long[] output_size) : base(nameof(AdaptiveMaxPool3d))
        {
            this.output_size = output_size;
        }

        public long[] output_size { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.adaptive_max_pool3d(input, output_size);

        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor input) => nn.functional.adaptive_max_pool3d_with_indices(input, output_size);
    }
}
