namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor lp_pool1d(Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
            {
                using Tensor powers = Aten.Call("pow.Tensor_Scalar", input, norm_type);
                using Tensor means = avg_pool1d(powers, kernel_size, stride, 0, ceil_mode);
                return NormOfMean(means, norm_type, kernel_size);
            }

            public static Tensor lp_pool2d(Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
                => lp_pool2d(input, norm_type, Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), ceil_mode);

            public static Tensor lp_pool2d(Tensor input, double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false)
            {
                using Tensor powers = Aten.Call("pow.Tensor_Scalar", input, norm_type);
                using Tensor means = avg_pool2d(powers, kernel_size, stride, null, ceil_mode);
                return NormOfMean(means, norm_type, kernel_size[0] * kernel_size[1]);
            }

            // (n·mean)^(1/p), with a negative mean (odd p) taken as PyTorch takes it: by its sign times its magnitude, clipped at 0.
            private static Tensor NormOfMean(Tensor means, double norm_type, long count)
            {
                using Tensor sign = Aten.Call("sign", means);
                using Tensor magnitude = Aten.Call("abs", means);
                using Tensor rectified = Aten.Call("relu", magnitude);
                using Tensor signed = Aten.Call("mul.Tensor", sign, rectified);
                using Tensor sum = Aten.Call("mul.Scalar", signed, count);
                return Aten.Call("pow.Tensor_Scalar", sum, 1 / norm_type);
            }
        }
    }
}
