namespace TorchSharp;

// Functions whose TorchSharp signature differs from the operator's.
public static partial class torch
{
    /// <summary>A sum of products in Einstein's notation, such as "bij,bjk->bik".</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors) => Aten.Call("einsum", equation, tensors);

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Aten.CallMany("broadcast_tensors", tensors);

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) => Aten.CallMany("atleast_1d.Sequence", input);
    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) => Aten.CallMany("atleast_2d.Sequence", input);
    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) => Aten.CallMany("atleast_3d.Sequence", input);

    public static Tensor cdist(Tensor x1, Tensor x2, double p = 2, compute_mode compute_mode = compute_mode.use_mm_for_euclid_dist_if_necessary) =>
        Aten.Call("cdist", x1, x2, p, (int)compute_mode);

    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Aten.Call("searchsorted.Tensor", sorted_sequence, values, out_int32, right, Value.None, sorter);

    public static Tensor searchsorted(Tensor sorted_sequence, Scalar values, bool out_int32, bool right, Tensor sorter) =>
        Aten.Call("searchsorted.Scalar", sorted_sequence, values, out_int32, right, Value.None, sorter);

    public static Tensor index_reduce(Tensor input, long dim, Tensor index, Tensor source, Reduce reduce, bool include_self = true) =>
        Aten.Call("index_reduce", input, dim, index, source, reduce.ToString(), include_self);

    public static Tensor[] unbind(Tensor tensor, int dim = 0) => tensor.unbind(dim);

    public static Tensor[] hsplit(Tensor input, (long, long) indices_or_sections) => input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2 });

    public static Tensor[] hsplit(Tensor input, (long, long, long) indices_or_sections) =>
        input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3 });

    public static Tensor[] hsplit(Tensor input, (long, long, long, long) indices_or_sections) =>
        input.hsplit(new[] { indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3, indices_or_sections.Item4 });

    public static Tensor moveaxis(Tensor input, (long, long, long, long) source, (long, long, long, long) destination) =>
        input.moveaxis([source.Item1, source.Item2, source.Item3, source.Item4], [destination.Item1, destination.Item2, destination.Item3, destination.Item4]);

    /// <summary>The shape to which all of these broadcast.</summary>
    public static Size broadcast_shapes(params long[][] shapes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] tensors = Array.ConvertAll(shapes, static shape => Aten.Call("expand", zeros([]), shape));
        return new Size(Aten.CallMany("broadcast_tensors", tensors)[0].shape);
    }

    public static bool is_tensor(object obj) => obj is Tensor;

    public static void _assert(bool condition, string message)
    {
        if (!condition) throw new InvalidOperationException(message);
    }

    public static void _assert(Func<bool> condition, string message) => _assert(condition(), message);

    public static bool cuda_is_available() => false;
    public static bool mps_is_available() => false;
    public static Device get_default_device() => CPU;
}
