namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills weights in place with their values before training. Nothing here records gradients.</summary>
        public static partial class init
        {
            /// <summary>Which number of a layer's connections keeps its variance: of inputs (forward) or of outputs (backward).</summary>
            public enum FanInOut
            {
                FanIn,
                FanOut,
            }

            /// <summary>What follows the weight; it determines the gain.</summary>
            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            /// <summary>The factor by which the nonlinearity shrinks a standard deviation, inverted.</summary>
            /// <param name="nonlinearity">The activation function after the weight.</param>
            /// <param name="param">The negative slope of LeakyReLU; otherwise unused.</param>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0.0) => nonlinearity switch
            {
                >= NonlinearityType.Linear and <= NonlinearityType.Sigmoid => 1,
                NonlinearityType.Tanh => 5.0 / 3,
                NonlinearityType.ReLU => Math.Sqrt(2),
                NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + param * param)),
                _ => throw new ArgumentOutOfRangeException(nameof(nonlinearity), nonlinearity, "No gain is known for this nonlinearity."),
            };

            /// <summary>A layer's numbers of inputs and of outputs of one value, from its weight <c>[out, in, kernel…]</c>.</summary>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                long[] shape = tensor.shape;
                if (shape.Length < 2)
                    throw new ArgumentException($"The tensor has {shape.Length} dimensions; fan in and fan out need at least 2 (out, in).", nameof(tensor));
                long field = 1;
                foreach (long size in shape.AsSpan(2)) field *= size;
                return (shape[1] * field, shape[0] * field);
            }

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null) => Fill(tensor, "uniform_", low, high, generator);

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator? generator = null) => Fill(tensor, "normal_", mean, std, generator);

            public static Tensor constant_(Tensor tensor, Scalar val) => Fill(tensor, "fill_.Scalar", val);

            public static Tensor ones_(Tensor tensor) => Fill(tensor, "fill_.Scalar", 1);

            public static Tensor zeros_(Tensor tensor) => Fill(tensor, "zero_");

            /// <summary>A normal distribution, drawn again outside <c>[a, b]</c> (by the inverse of its distribution function).</summary>
            public static Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2, Generator? generator = null)
            {
                double low = NormalDistribution((a - mean) / std), high = NormalDistribution((b - mean) / std);
                Fill(tensor, "uniform_", 2 * low - 1, 2 * high - 1, generator);
                Fill(tensor, "erfinv_");
                Fill(tensor, "mul_.Scalar", std * Math.Sqrt(2));
                Fill(tensor, "add_.Scalar", mean);
                return Fill(tensor, "clamp_", a, b);
            }

            /// <summary>Uniform with the variance of Glorot and Bengio 2010.</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                double bound = Math.Sqrt(3) * GlorotDeviation(tensor, gain);
                return Fill(tensor, "uniform_", -bound, bound);
            }

            /// <summary>Normal with the variance of Glorot and Bengio 2010.</summary>
            public static Tensor xavier_normal_(Tensor tensor, double gain = 1.0) => Fill(tensor, "normal_", 0.0, GlorotDeviation(tensor, gain));

            /// <inheritdoc cref="xavier_uniform_"/>
            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1.0) => xavier_uniform_(tensor, gain);

            /// <inheritdoc cref="xavier_normal_"/>
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1.0) => xavier_normal_(tensor, gain);

            /// <summary>Uniform with the variance of He et al. 2015 (arXiv 1502.01852).</summary>
            /// <param name="tensor">The weight <c>[out, in, kernel…]</c>, filled in place.</param>
            /// <param name="a">The negative slope of LeakyReLU.</param>
            public static Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                double bound = Math.Sqrt(3) * HeDeviation(tensor, a, mode, nonlinearity);
                return Fill(tensor, "uniform_", -bound, bound);
            }

            /// <summary>Normal with the variance of He et al. 2015 (arXiv 1502.01852).</summary>
            /// <inheritdoc cref="kaiming_uniform_"/>
            public static Tensor kaiming_normal_(Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                Fill(tensor, "normal_", 0.0, HeDeviation(tensor, a, mode, nonlinearity));

            private static double GlorotDeviation(Tensor tensor, double gain)
            {
                (long inputs, long outputs) = CalculateFanInAndFanOut(tensor);
                return gain * Math.Sqrt(2.0 / (inputs + outputs));
            }

            private static double HeDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                (long inputs, long outputs) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? inputs : outputs);
            }

            private static double NormalDistribution(double x)
            {
                // Φ(x) by libtorch's erf: the class library has none.
                using Tensor argument = tensor(x / Math.Sqrt(2), ScalarType.Float64);
                using Tensor erf = Aten.Call("erf", argument);
                return (1 + Aten.CallDouble("item", erf)) / 2;
            }

            private static Tensor Fill(Tensor tensor, string op) => Fill(() => Aten.CallVoid(op, tensor), tensor);

            private static Tensor Fill(Tensor tensor, string op, Scalar value) => Fill(() => Aten.CallVoid(op, tensor, value), tensor);

            private static Tensor Fill(Tensor tensor, string op, double first, double second) => Fill(() => Aten.CallVoid(op, tensor, first, second), tensor);

            private static Tensor Fill(Tensor tensor, string op, double first, double second, Generator? generator) => Fill(() => Aten.CallVoid(op, tensor, first, second, generator), tensor);

            private static Tensor Fill(Action fill, Tensor tensor)
            {
                using (no_grad()) fill();
                return tensor;
            }
        }
    }
}
