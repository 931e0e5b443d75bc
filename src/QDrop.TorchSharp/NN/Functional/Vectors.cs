namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-08) => Aten.Call("cosine_similarity", x1, x2, dim, eps);

            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2, double eps = 1e-06, bool keepdim = false)
                => Aten.Call("pairwise_distance", input1, input2, p, eps, keepdim);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Aten.Call("bilinear", input1, input2, weight, bias);

            /// <summary>Class indices of any shape <c>[…]</c> to <c>[…, classes]</c>; −1 takes the greatest index plus one.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Aten.Call("one_hot", x, num_classes);
        }
    }
}
