namespace TorchSharp;

// Activation functions, as functions.
public static partial class torch
{
    public static Tensor sigmoid(Tensor input) => input.sigmoid();
    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => Aten.Call("softmax.int", input, dim, dtype);
}
