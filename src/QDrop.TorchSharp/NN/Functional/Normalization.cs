namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-05)
                => Aten.Call("batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null, Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-05)
                => Aten.Call("instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05)
                => Aten.Call("layer_norm", input, normalized_shape, weight, bias, eps);

            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05)
                => Aten.Call("group_norm", input, num_groups, weight, bias, eps);

            /// <summary>Divides each value by (k + α·mean of squares over <paramref name="size"/> neighbouring channels)^β.</summary>
            /// <param name="input"><c>[N, C, …]</c>, at least three dimensions.</param>
            /// <param name="size">Number of neighbouring channels.</param>
            /// <param name="alpha">α.</param>
            /// <param name="beta">β.</param>
            /// <param name="k">k.</param>
            public static Tensor local_response_norm(Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1)
            {
                long[] shape = input.shape;
                if (shape.Length < 3) throw new ArgumentException($"Expected an input of 3 or more dimensions, but got shape [{string.Join(", ", shape)}].", nameof(input));
                using Tensor squares = Aten.Call("mul.Tensor", input, input);
                // Channels become the depth of a one-channel volume, so that a pool of depth `size` averages over neighbours.
                using Tensor volume = Aten.Call("reshape", squares, new[] { shape[0], 1, shape[1], shape[2], -1 });
                using Tensor padded = pad(volume, [0, 0, 0, 0, size / 2, (size - 1) / 2]);
                using Tensor pooled = Aten.Call("avg_pool3d", padded, new[] { size, 1, 1 }, new long[] { 1, 1, 1 });
                using Tensor mean = Aten.Call("reshape", pooled, shape);
                using Tensor scaled = Aten.Call("mul.Scalar", mean, alpha);
                using Tensor shifted = Aten.Call("add.Scalar", scaled, k);
                using Tensor divisor = Aten.Call("pow.Tensor_Scalar", shifted, beta);
                return Aten.Call("div.Tensor", input, divisor);
            }

            /// <summary>Divides by the p-norm along a dimension, or by <paramref name="eps"/> where that is greater.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12)
            {
                using Tensor norm = Aten.Call("norm.ScalarOpt_dim", input, p, new[] { dim }, true);
                using Tensor divisor = Aten.Call("clamp_min", norm, eps);
                return Aten.Call("div.Tensor", input, divisor);
            }
        }
    }
}
