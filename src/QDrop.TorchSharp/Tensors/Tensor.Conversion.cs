namespace TorchSharp;

public static partial class torch
{
    // Copies, fills, and other types.
    public partial class Tensor
    {
        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace("copy_", this, source, nonBlocking);
        public Tensor dequantize() => Aten.Call("dequantize.self", this);
        public Tensor fill_(Scalar value) => InPlace("fill_.Scalar", this, value);
        public Tensor int_repr() => Aten.Call("int_repr", this);
        public Tensor pin_memory() => Aten.Call("pin_memory", this);
        public Tensor q_per_channel_scales() => Aten.Call("q_per_channel_scales", this);
        public Tensor q_per_channel_zero_points() => Aten.Call("q_per_channel_zero_points", this);
        public Tensor set_(Tensor source) => InPlace("set_.source_Tensor", this, source);
        public Tensor to(Tensor other, bool non_blocking = false) => Aten.Call("to.other", this, other, non_blocking);
        public Tensor to_dense() => Aten.Call("to_dense", this);
        public Tensor to_sparse() => Aten.Call("to_sparse", this);
        public Tensor to_sparse(int sparse_dim) => Aten.Call("to_sparse.sparse_dim", this, sparse_dim);
        public Tensor type_as(Tensor tensor) => Aten.Call("type_as", this, tensor);
        public Tensor zero_() => InPlace("zero_", this);
    }
}
