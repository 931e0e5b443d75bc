using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>max(0, x) + min(0, α·(exp(x/α) − 1)).</summary>
        public static CELU CELU(double alpha = 1, bool inplace = false) => new(alpha, inplace);

        /// <summary>x where positive, else α·(exp(x) − 1).</summary>
        public static ELU ELU(double alpha = 1, bool inplace = false) => new(alpha, inplace);

        /// <summary>a·σ(b), where a and b are the halves of the input along a dimension.</summary>
        public static GLU GLU(long dim = -1) => new(dim);

        /// <summary>x outside ±λ, else 0.</summary>
        public static Hardshrink Hardshrink(double lambda = 0.5) => new(lambda);

        /// <summary>clip(x/6 + 1/2, 0, 1).</summary>
        public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);

        /// <summary>x·clip(x/6 + 1/2, 0, 1).</summary>
        public static Hardswish Hardswish(bool inplace = false) => new(inplace);

        /// <summary>clip(x, min, max).</summary>
        public static Hardtanh Hardtanh(double min_val = -1, double max_val = 1, bool inplace = false) => new(min_val, max_val, inplace);

        /// <summary>x where positive, else slope·x.</summary>
        public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);

        /// <summary>log σ(x).</summary>
        public static LogSigmoid LogSigmoid() => new();

        /// <summary>The logarithm of softmax.</summary>
        public static LogSoftmax LogSoftmax(long dim) => new(dim);

        /// <summary>x·tanh(log(1 + exp(x))).</summary>
        public static Mish Mish() => new(false);

        /// <summary>x·tanh(log(1 + exp(x))).</summary>
        public static Mish Mish(bool inplace) => new(inplace);

        /// <summary>max(0, x).</summary>
        public static ReLU ReLU(bool inplace = false) => new(inplace);

        /// <summary>clip(x, 0, 6).</summary>
        public static ReLU6 ReLU6(bool inplace = false) => new(inplace);

        /// <summary>Scaled ELU (arXiv 1706.02515).</summary>
        public static SELU SELU(bool inplace = false) => new(inplace);

        /// <summary>x·σ(x).</summary>
        public static SiLU SiLU() => new(false);

        /// <summary>x·σ(x).</summary>
        public static SiLU SiLU(bool inplace) => new(inplace);

        /// <summary>σ(x) = 1/(1 + exp(−x)).</summary>
        public static Sigmoid Sigmoid() => new(false);

        /// <summary>σ(x) = 1/(1 + exp(−x)).</summary>
        public static Sigmoid Sigmoid(bool inplace) => new(inplace);

        /// <summary>exp(x), normalized along a dimension.</summary>
        public static Softmax Softmax(long dim) => new(dim);

        /// <summary>Softmax over the channels of <c>[N, C, H, W]</c> or <c>[C, H, W]</c>.</summary>
        public static Softmax2d Softmax2d() => new();

        /// <summary>Softmax of −x.</summary>
        public static Softmin Softmin(long dim) => new(dim);

        /// <summary>log(1 + exp(β·x))/β; x where β·x is above the threshold.</summary>
        public static Softplus Softplus(double beta = 1, double threshold = 20) => new(beta, threshold);

        /// <summary>x moved towards 0 by λ.</summary>
        public static Softshrink Softshrink(double lambda = 0.5) => new(lambda);

        /// <summary>x/(1 + |x|).</summary>
        public static Softsign Softsign() => new(false);

        /// <summary>x/(1 + |x|).</summary>
        public static Softsign Softsign(bool inplace) => new(inplace);

        /// <summary>tanh(x).</summary>
        public static Tanh Tanh() => new(false);

        /// <summary>tanh(x).</summary>
        public static Tanh Tanh(bool inplace = false) => new(inplace);

        /// <summary>x − tanh(x).</summary>
        public static Tanhshrink Tanhshrink() => new(false);

        /// <summary>x − tanh(x).</summary>
        public static Tanhshrink Tanhshrink(bool inplace = false) => new(inplace);

        /// <summary>x above the threshold, else a value.</summary>
        public static Threshold Threshold(double threshold, double value, bool inplace = false) => new(threshold, value, inplace);

        /// <summary>x where positive, else slope·x, with a slope drawn from [lower, upper] in training and their mean in evaluation.</summary>
        public static RReLU RReLU(double lower = 0.125, double upper = 1.0 / 3.0, bool inplace = false) => new(lower, upper, inplace);

        /// <summary>x·Φ(x), exactly.</summary>
        public static GELU GELU() => new(Modules.GELU.Approximate.none, false);

        /// <summary>x·Φ(x), exactly.</summary>
        public static GELU GELU(bool inplace) => new(Modules.GELU.Approximate.none, inplace);

        /// <summary>x·Φ(x), exactly or by tanh.</summary>
        public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(approximate, inplace);

        /// <summary>x where positive, else a learned slope·x.</summary>
        public static PReLU PReLU(long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null) => new(num_parameters, init, device, dtype);
    }
}
