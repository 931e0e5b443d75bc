namespace TorchSharp;

// Ranges, windows, random and other special tensors.
public static partial class torch
{
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create("arange", stop, dtype, device, requires_grad, null);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("arange.start", start, stop, dtype, Value.None, device), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("arange.start_step", start, stop, step, dtype, Value.None, device), requires_grad);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("linspace", start, end, steps, dtype, Value.None, device), requires_grad);

    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("logspace", start, end, steps, @base, dtype, Value.None, device), requires_grad);

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(Aten.Call("eye.m", rows, columns < 0 ? rows : columns, dtype, Value.None, device), requires_grad, names);

    public static Tensor empty_strided(long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(Aten.Call("empty_strided", size, strides, dtype, Value.None, device), requires_grad, names);

    public static Tensor from_file(string filename, bool? shared = null, long? size = 0, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("from_file", filename, shared, size, dtype, Value.None, device), requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(input.empty_like(dtype, device), requires_grad, names);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(input.zeros_like(dtype, device), requires_grad, names);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(input.ones_like(dtype, device), requires_grad, names);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(input.full_like(value, dtype, device), requires_grad, names);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Finish(Aten.Call("randperm.generator", n, generator, dtype ?? int64, Value.None, device), requires_grad);

    public static Tensor randperm(long n, Tensor @out, Generator? generator = null) => @out.InPlaceOf("randperm.generator_out", n, generator, @out);

    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) => Aten.Call("normal.Tensor_Tensor", mean, std, generator);

    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        Finish(Aten.Call("normal.float_float", mean, std, size.ToArray(), generator, dtype, Value.None, device), requires_grad, names);

    public static double rand_float(Generator? generator = null) => Once(CreateRandom("rand", Array.Empty<long>(), generator, float64, null, false, null)).ToDouble();
    public static double randn_float(Generator? generator = null) => Once(CreateRandom("randn", Array.Empty<long>(), generator, float64, null, false, null)).ToDouble();
    public static bool randint_bool(Generator? generator = null) => randint_long(0, 2, generator) == 1;
    public static int randint_int(int high, Generator? generator = null) => (int)randint_long(0, high, generator);
    public static int randint_int(int low, int high, Generator? generator = null) => (int)randint_long(low, high, generator);
    public static long randint_long(long high, Generator? generator = null) => randint_long(0, high, generator);
    public static long randint_long(long low, long high, Generator? generator = null) => Once(Integers(low, high, Array.Empty<long>(), generator, null, null, false, null)).ToInt64();

    public static Tensor bartlett_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("bartlett_window.periodic", len, periodic, dtype, Value.None, device), requires_grad);

    public static Tensor blackman_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("blackman_window.periodic", len, periodic, dtype, Value.None, device), requires_grad);

    public static Tensor hann_window(long len, bool periodic = true, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("hann_window.periodic", len, periodic, dtype, Value.None, device), requires_grad);

    public static Tensor hamming_window(long len, bool periodic = true, float alpha = 0.54f, float beta = 0.46f, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("hamming_window.periodic_alpha_beta", len, periodic, alpha, beta, dtype, Value.None, device), requires_grad);

    public static Tensor kaiser_window(long len, bool periodic = true, float beta = 12f, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Finish(Aten.Call("kaiser_window.beta", len, periodic, beta, dtype, Value.None, device), requires_grad);

    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.Call("tril_indices", row, col, offset, dtype, Value.None, device);

    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.Call("triu_indices", row, col, offset, dtype, Value.None, device);

    public static Tensor sparse_coo_tensor(Tensor indices, Tensor values, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Finish(Aten.Call("sparse_coo_tensor.indices_size", indices, values, size, dtype, Value.None, device), requires_grad, names);

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromArray(rawArray, Lengths(rawArray), dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension over the array's memory: writing to one writes to the other.</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        ScalarType type = ScalarTypeOf(rawArray.GetType().GetElementType()!);
        long elements = rawArray.LongLength - offset;
        if (count < 0) count = elements;
        if (offset < 0 || count > elements) throw new ArgumentException($"{count} elements from position {offset} were asked for; the buffer has {rawArray.LongLength}.");
        return Finish(As(FromPinned(rawArray, [count], type, offset * type.ElementSize()), dtype, null), requires_grad);
    }

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) => data.to(dtype ?? data.dtype, device ?? data.device);
    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    private static Tensor Shared(Array array, ScalarType type, ScalarType? dtype, Device? device) => As(FromPinned(array, [array.LongLength], type), dtype, device);

    private static Tensor Integers(long low, long high, Value size, Generator? generator, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) =>
        Finish(Aten.Call("randint.low_generator", low, high, size, generator, dtype ?? int64, Value.None, device), requires_grad, names);

    private static Scalar Once(Tensor tensor)
    {
        using (tensor) return tensor.ToScalar();
    }
}
