using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>The weight and bias of a convolution that does what the convolution and the batch norm after it do in evaluation mode.</summary>
            /// <param name="conv_w">The weight <c>[out, in, kernel…]</c>, or <c>[in, out, kernel…]</c> where <paramref name="transpose"/>.</param>
            /// <param name="conv_b">The bias, or null.</param>
            /// <param name="bn_rm">The running mean.</param>
            /// <param name="bn_rv">The running variance.</param>
            /// <param name="bn_eps">The number added to the variance.</param>
            /// <param name="bn_w">The batch norm's weight; null for 1.</param>
            /// <param name="bn_b">The batch norm's bias; null for 0.</param>
            /// <param name="transpose">Whether the convolution is transposed.</param>
            public static (Parameter weight, Parameter bias) fuse_conv_bn_weights(Tensor conv_w, Tensor? conv_b, Tensor bn_rm, Tensor bn_rv, double bn_eps, Tensor? bn_w, Tensor? bn_b, bool transpose = false)
            {
                long[] shape = [.. Enumerable.Repeat(1L, (int)conv_w.dim())];
                shape[transpose ? 1 : 0] = -1;
                return Fuse(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, shape);
            }

            /// <summary>The weight and bias of a linear layer that does what the layer and the batch norm after it do in evaluation mode.</summary>
            /// <inheritdoc cref="fuse_conv_bn_weights"/>
            public static (Parameter weight, Parameter bias) fuse_linear_bn_weights(Tensor linear_w, Tensor? linear_b, Tensor bn_rm, Tensor bn_rv, double bn_eps, Tensor? bn_w, Tensor? bn_b) =>
                Fuse(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1]);

            private static (Parameter, Parameter) Fuse(Tensor weight, Tensor? bias, Tensor mean, Tensor variance, double eps, Tensor? gain, Tensor? offset, long[] shape)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable mode = no_grad();
                Tensor scale = Aten.Call("rsqrt", Aten.Call("add.Scalar", variance, eps));
                if (gain is not null) scale = Aten.Call("mul.Tensor", scale, gain);
                Tensor fusedWeight = Aten.Call("mul.Tensor", weight, Aten.Call("reshape", scale, shape));
                Tensor centred = bias is null ? Aten.Call("neg", mean) : Aten.Call("sub.Tensor", bias, mean);
                Tensor fusedBias = Aten.Call("mul.Tensor", centred, scale);
                if (offset is not null) fusedBias = Aten.Call("add.Tensor", fusedBias, offset);
                var result = (new Parameter(fusedWeight, weight.requires_grad), new Parameter(fusedBias, bias?.requires_grad ?? weight.requires_grad));
                result.Item1.MoveToOuterDisposeScope();
                result.Item2.MoveToOuterDisposeScope();
                return result;
            }
        }
    }
}
