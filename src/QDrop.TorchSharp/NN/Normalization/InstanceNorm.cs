using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Instance norm over <c>[N, C, L]</c> or <c>[C, L]</c>.</summary>
            public static InstanceNorm1d InstanceNorm1d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            /// <summary>Instance norm over <c>[N, C, H, W]</c> or <c>[C, H, W]</c>.</summary>
            public static InstanceNorm2d InstanceNorm2d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);

            /// <summary>Instance norm over <c>[N, C, D, H, W]</c> or <c>[C, D, H, W]</c>.</summary>
            public static InstanceNorm3d InstanceNorm3d(long num_features, double eps = 1e-05, double momentum = 0.1, bool affine = false, bool track_running_stats = false, Device? device = null, ScalarType? dtype = null)
                => new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Normalizes each channel of each sample (arXiv 1607.08022).</summary>
    public abstract class InstanceNorm : NormBase
    {
        public InstanceNorm(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
        {
        }

        /// <summary>How many dimensions an input without a batch has.</summary>
        protected abstract long GetNumberOfBatchDimensions();

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            if (input.dim() != GetNumberOfBatchDimensions()) return Normalize(input);
            using Tensor batch = Aten.Call("unsqueeze", input, 0L);
            using Tensor normalized = Normalize(batch);
            return Aten.Call("squeeze.dim", normalized, 0L);
        }

        private Tensor Normalize(Tensor input)
            => nn.functional.instance_norm(input, running_mean, running_var, weight, bias, training || !track_running_stats, momentum ?? 0, eps);
    }

    public sealed class InstanceNorm1d : InstanceNorm
    {
        internal InstanceNorm1d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm1d))
        {
        }

        protected override long GetNumberOfBatchDimensions() => 2;

        protected override void ValidateInputDimensions(Tensor input) => RequireDimensions(input, 2, 3);
    }

    public sealed class InstanceNorm2d : InstanceNorm
    {
        internal InstanceNorm2d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm2d))
        {
        }

        protected override long GetNumberOfBatchDimensions() => 3;

        protected override void ValidateInputDimensions(Tensor input) => RequireDimensions(input, 3, 4);
    }

    public sealed class InstanceNorm3d : InstanceNorm
    {
        internal InstanceNorm3d(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(InstanceNorm3d))
        {
        }

        protected override long GetNumberOfBatchDimensions() => 4;

        protected override void ValidateInputDimensions(Tensor input) => RequireDimensions(input, 4, 5);
    }
}
