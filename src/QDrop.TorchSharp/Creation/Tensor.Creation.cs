namespace TorchSharp;

public static partial class torch
{
    // Tensors like this one, or with its type and device.
    public partial class Tensor
    {
        public Tensor empty_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("empty_like", this, dtype, Value.None, device), requires_grad);
        public Tensor full_like(Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("full_like", this, value, dtype, Value.None, device), requires_grad);
        public Tensor new_empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, size.ToArray(), dtype, Value.None, device), requires_grad);
        public Tensor new_empty(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, new[] { dim0, dim1, dim2 }, dtype, Value.None, device), requires_grad);
        public Tensor new_empty(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Value.None, device), requires_grad);
        public Tensor new_empty(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, new[] { rows, columns }, dtype, Value.None, device), requires_grad);
        public Tensor new_empty(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, new[] { size }, dtype, Value.None, device), requires_grad);
        public Tensor new_empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_empty", this, size, dtype, Value.None, device), requires_grad);
        public Tensor new_full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, size.ToArray(), value, dtype, Value.None, device), requires_grad);
        public Tensor new_full(long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, new[] { dim0, dim1, dim2 }, value, dtype, Value.None, device), requires_grad);
        public Tensor new_full(long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, new[] { dim0, dim1, dim2, dim3 }, value, dtype, Value.None, device), requires_grad);
        public Tensor new_full(long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, new[] { rows, columns }, value, dtype, Value.None, device), requires_grad);
        public Tensor new_full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, new[] { size }, value, dtype, Value.None, device), requires_grad);
        public Tensor new_full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_full", this, size, value, dtype, Value.None, device), requires_grad);
        public Tensor new_ones(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_ones", this, new[] { dim0, dim1, dim2 }, dtype, Value.None, device), requires_grad);
        public Tensor new_ones(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_ones", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Value.None, device), requires_grad);
        public Tensor new_ones(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_ones", this, new[] { rows, columns }, dtype, Value.None, device), requires_grad);
        public Tensor new_ones(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_ones", this, new[] { size }, dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, size.ToArray(), dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, new[] { dim0, dim1, dim2 }, dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, new[] { dim0, dim1, dim2, dim3 }, dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, new[] { rows, columns }, dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(long size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, new[] { size }, dtype, Value.None, device), requires_grad);
        public Tensor new_zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("new_zeros", this, size, dtype, Value.None, device), requires_grad);
        public Tensor ones_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("ones_like", this, dtype, Value.None, device), requires_grad);
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("rand_like", this, dtype, Value.None, device), requires_grad);
        public Tensor randint_like(long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("randint_like.low_dtype", this, low, high, dtype, Value.None, device), requires_grad);
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("randn_like", this, dtype, Value.None, device), requires_grad);
        public Tensor zeros_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Finish(Aten.Call("zeros_like", this, dtype, Value.None, device), requires_grad);

        // These refill this very tensor, as TorchSharp's do.
        public Tensor zeros(params long[] sizes) => InPlace("zeros.out", sizes, this);
        public Tensor ones(params long[] sizes) => InPlace("ones.out", sizes, this);
        public Tensor empty(params long[] sizes) => InPlace("empty.out", sizes, Value.None, this);
        public Tensor full(long[] sizes, Scalar value) => InPlace("full.out", sizes, value, this);
        public Tensor full(ReadOnlySpan<long> sizes, Scalar value) => InPlace("full.out", sizes.ToArray(), value, this);
        public Tensor eye(long rows, long columns) => InPlace("eye.m_out", rows, columns, this);
        public Tensor arange_out(Scalar start, Scalar stop, Scalar step) => InPlace("arange.start_out", start, stop, step, this);
        public Tensor rand_out(params long[] sizes) => InPlace("rand.out", sizes, this);
        public Tensor randn_out(params long[] sizes) => InPlace("randn.out", sizes, this);
        public Tensor randint_out(long high, long[] sizes) => InPlace("randint.out", high, sizes, this);
        public Tensor randperm_out(long n) => InPlace("randperm.out", n, this);
    }
}
