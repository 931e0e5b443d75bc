namespace TorchSharp;

public static partial class torch
{
    // Reductions whose TorchSharp signature differs from the operator's.
    public partial class Tensor
    {
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum(new[] { dim0, dim1 }, keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) => sum(new[] { dim0, dim1, dim2 }, keepdim, type);

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Into("amax", dims, keepdim, @out);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into("amax", dims.ToArray(), keepdim, @out);
        public Tensor amax(params long[] dims) => Aten.Call("amax", this, dims);
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Into("amin", dims, keepdim, @out);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into("amin", dims.ToArray(), keepdim, @out);
        public Tensor amin(params long[] dims) => Aten.Call("amin", this, dims);

        public Tensor count_nonzero(long[]? dims = null) => dims is null ? Aten.Call("count_nonzero", this) : Aten.Call("count_nonzero.dim_IntList", this, dims);

        public Tensor norm(int dim, bool keepdim = false, float p = 2f) => Aten.Call("norm.ScalarOpt_dim", this, p, dim, keepdim);

        public (Tensor, Tensor) sort(long dim = -1, bool descending = false, bool stable = false) => Aten.Call2("sort.stable", this, stable, dim, descending);

        public (Tensor, Tensor) kthvalue(long k, long? dim, bool keepdim = false) => Aten.Call2("kthvalue", this, k, dim ?? -1, keepdim);

        public static (Tensor, Tensor) kthvalue(Tensor input, long k, long? dim, bool keepdim = false) => input.kthvalue(k, dim, keepdim);

        public (Tensor, Tensor, Tensor) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null) => dim is null
            ? Aten.Call3("_unique2", this, sorted, return_inverse, return_counts)
            : Aten.Call3("unique_dim", this, dim, sorted, return_inverse, return_counts);

        public IList<Tensor> nonzero_as_list() => Aten.CallMany("nonzero_numpy", this);

        /// <summary>Element by element, like <see cref="eq(Tensor)"/>; whole tensors are compared by <see cref="Equals(Tensor)"/>.</summary>
        public Tensor equal(Tensor target) => eq(target);

        private Tensor Into(string op, long[] dims, bool keepdim, Tensor? @out) => @out is null
            ? Aten.Call(op, this, dims, keepdim)
            : @out.InPlaceOf(op + ".out", this, dims, keepdim, @out);
    }
}
