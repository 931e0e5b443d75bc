namespace TorchSharp;

// Copies, fills, and other types, as functions.
public static partial class torch
{
    public static Tensor dequantize(Tensor input) => input.dequantize();
}
