using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Dropout Dropout(double p = 0.5, bool inplace = false)
                => new(p, inplace);

            public static Dropout1d Dropout1d(double p = 0.5, bool inplace = false)
                => new(p, inplace);

            public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false)
                => new(p, inplace);

            public static Dropout3d Dropout3d(double p = 0.5, bool inplace = false)
                => new(p, inplace);

            public static AlphaDropout AlphaDropout(double p = 0.5, bool inplace = false)
                => new(p, inplace);

            public static FeatureAlphaDropout FeatureAlphaDropout(double p = 0.5)
                => new(p, false);

            public static FeatureAlphaDropout FeatureAlphaDropout(double p, bool inplace)
                => new(p, inplace);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Zeroes values with probability p in training and scales the rest by 1/(1 − p).</summary>
    public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
    {
        internal Dropout(double p, bool inplace) : base(nameof(Dropout))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor tensor) => nn.functional.dropout(tensor, p, training, inplace);
    }

    /// <summary>Zeroes whole channels of <c>[N, C, L]</c> or <c>[C, L]</c>.</summary>
    public sealed class Dropout1d : ParameterLessModule<Tensor, Tensor>
    {
        internal Dropout1d(double p, bool inplace) : base(nameof(Dropout1d))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor tensor) => nn.functional.dropout1d(tensor, p, training, inplace);
    }

    /// <summary>Zeroes whole channels of <c>[N, C, H, W]</c>.</summary>
    public sealed class Dropout2d : ParameterLessModule<Tensor, Tensor>
    {
        internal Dropout2d(double p, bool inplace) : base(nameof(Dropout2d))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.dropout2d(input, p, training, inplace);
    }

    /// <summary>Zeroes whole channels of <c>[N, C, D, H, W]</c>.</summary>
    public sealed class Dropout3d : ParameterLessModule<Tensor, Tensor>
    {
        internal Dropout3d(double p, bool inplace) : base(nameof(Dropout3d))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.dropout3d(input, p, training, inplace);
    }

    /// <summary>Dropout that keeps mean and variance, for SELU networks (arXiv 1706.02515).</summary>
    public sealed class AlphaDropout : ParameterLessModule<Tensor, Tensor>
    {
        internal AlphaDropout(double p, bool inplace) : base(nameof(AlphaDropout))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor tensor) => nn.functional.alpha_dropout(tensor, p, training, inplace);
    }

    /// <summary>Alpha dropout of whole channels.</summary>
    public sealed class FeatureAlphaDropout : ParameterLessModule<Tensor, Tensor>
    {
        internal FeatureAlphaDropout(double p, bool inplace) : base(nameof(FeatureAlphaDropout))
        {
            this.p = p;
            this.inplace = inplace;
        }

        public double p { get; set; }

        public bool inplace { get; set; }

        public override Tensor forward(Tensor input) => nn.functional.feature_alpha_dropout(input, p, training, inplace);
    }
}
