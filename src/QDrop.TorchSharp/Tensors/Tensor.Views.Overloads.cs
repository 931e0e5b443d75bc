namespace TorchSharp;

public static partial class torch
{
    // Views and copies whose TorchSharp signature differs from the operator's.
    public partial class Tensor
    {
        public Tensor T => Aten.Call("numpy_T", this);
        public Tensor H => Aten.Call("matrix_H", this);
        public Tensor mT => Aten.Call("mT", this);
        public Tensor mH => Aten.Call("mH", this);
        public Tensor real => Aten.Call("real", this);
        public Tensor imag => Aten.Call("imag", this);
        public Tensor SparseIndices => Aten.Call("_indices", this);
        public Tensor SparseValues => Aten.Call("_values", this);

        public Tensor squeeze(long? dim = null) => dim is { } d ? Aten.Call("squeeze.dim", this, d) : Aten.Call("squeeze", this);
        public Tensor squeeze_(long? dim = null) => dim is { } d ? InPlace("squeeze_.dim", this, d) : InPlace("squeeze_", this);

        public Tensor roll(long shifts, long? dims = null) => Aten.Call("roll", this, shifts, dims is { } d ? new[] { d } : []);
        public Tensor rot90(long k = 1, (long, long)? dims = null) => Aten.Call("rot90", this, k, dims is { } d ? new[] { d.Item1, d.Item2 } : new long[] { 0, 1 });

        public Tensor[] chunk(long chunks, long dim = 0) => Aten.CallMany("chunk", this, chunks, dim);
        public Tensor[] unbind(long dimension = 0) => Aten.CallMany("unbind.int", this, dimension);
        public Tensor[] split(long size, int dim = 0) => Aten.CallMany("split.Tensor", this, size, dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Aten.CallMany("split_with_sizes", this, sizes, dim);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Aten.CallMany("split_with_sizes", this, sizes.ToArray(), dim);
        public Tensor[] split(params long[] sizes) => Aten.CallMany("split_with_sizes", this, sizes);
        public Tensor[] tensor_split(long size, long dim = 0) => Aten.CallMany("tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Aten.CallMany("tensor_split.indices", this, sizes, dim);
        public Tensor[] tensor_split(Tensor indices, long dim = 0) => Aten.CallMany("tensor_split.tensor_indices_or_sections", this, indices, dim);
        public Tensor[] hsplit(long size) => Aten.CallMany("hsplit.int", this, size);
        public Tensor[] hsplit(params long[] sizes) => Aten.CallMany("hsplit.array", this, sizes);
        public Tensor[] dsplit(long size) => Aten.CallMany("dsplit.int", this, size);
        public Tensor[] dsplit(params long[] sizes) => Aten.CallMany("dsplit.array", this, sizes);
        public Tensor[] hsplit(Tensor indices) => hsplit(indices.Longs());
        public Tensor[] vsplit(Tensor indices) => vsplit(indices.Longs());
        public Tensor[] dsplit(Tensor indices) => dsplit(indices.Longs());
        public Tensor[] vsplit(long size) => Aten.CallMany("vsplit.int", this, size);
        public Tensor[] vsplit(params long[] sizes) => Aten.CallMany("vsplit.array", this, sizes);
        public Tensor[] dsplit((long, long) indices_or_sections) => dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2 });
        public Tensor[] dsplit((long, long, long) indices_or_sections) => dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3 });

        public Tensor[] dsplit((long, long, long, long) indices_or_sections) =>
            dsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3, indices_or_sections.Item4 });

        public Tensor take_along_dim(IEnumerable<long> indices) => Along(indices, Value.None);
        public Tensor take_along_dim(IEnumerable<long> indices, long dim) => Along(indices, dim);

        public Tensor vander(long N = -1, bool increasing = false) => Aten.Call("vander", this, N < 0 ? Value.None : N, increasing);

        /// <summary>This where the condition holds, else <paramref name="y"/>.</summary>
        public Tensor where(Tensor condition, Tensor y) => Aten.Call("where.self", condition, this, y);

        public Tensor tensordot(Tensor b, long dims = 2)
        {
            long[] mine = [.. Enumerable.Range(0, (int)dims).Select(i => dim() - dims + i)], its = [.. Enumerable.Range(0, (int)dims).Select(static i => (long)i)];
            return tensordot(b, mine, its);
        }

        public Tensor tensordot(Tensor b, (long, long)[] dims) =>
            tensordot(b, Array.ConvertAll(dims, static pair => pair.Item1), Array.ConvertAll(dims, static pair => pair.Item2));

        private Tensor Along(IEnumerable<long> indices, Value dim)
        {
            using Tensor index = tensor(indices.ToArray());
            return Aten.Call("take_along_dim", this, index, dim);
        }

        private long[] Longs()
        {
            using Tensor wide = to(ScalarType.Int64);
            return wide.data<long>().ToArray();
        }
    }
}
