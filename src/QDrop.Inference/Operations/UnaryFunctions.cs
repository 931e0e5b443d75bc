using System.Numerics.Tensors;
using QDrop.Kernels;
using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>A function of each element of a tensor, float32.</summary>
/// <param name="x">The elements.</param>
/// <param name="y">Receives the results; may be the same memory.</param>
internal delegate void UnaryFunction(ReadOnlySpan<float> x, Span<float> y);

/// <summary>The functions of one element, by name. PyTorch's names and definitions.</summary>
internal static class UnaryFunctions
{
    private static readonly Dictionary<string, Func<Arguments, UnaryFunction>> Table = new(StringComparer.Ordinal)
    {
        ["relu"] = static _ => static (x, y) => TensorPrimitives.Max(x, 0f, y),
        ["abs"] = static _ => static (x, y) => TensorPrimitives.Abs(x, y),
        ["neg"] = static _ => static (x, y) => TensorPrimitives.Negate(x, y),
        ["exp"] = static _ => static (x, y) => ElementKernel.Map<FloatFunctions.Exponential>(x, y),
        ["expm1"] = static _ => Each(Expm1),
        ["log"] = static _ => static (x, y) => TensorPrimitives.Log(x, y),
        ["log2"] = static _ => static (x, y) => TensorPrimitives.Log2(x, y),
        ["log10"] = static _ => Each(Math.Log10),
        ["log1p"] = static _ => Each(Log1p),
        ["sqrt"] = static _ => static (x, y) => TensorPrimitives.Sqrt(x, y),
        ["rsqrt"] = static _ => Each(static x => 1 / Math.Sqrt(x)),
        ["reciprocal"] = static _ => static (x, y) => TensorPrimitives.Divide(1f, x, y),
        ["square"] = static _ => static (x, y) => TensorPrimitives.Multiply(x, x, y),
        ["sign"] = static _ => Each(static x => double.IsNaN(x) ? x : Math.Sign(x)),
        ["floor"] = static _ => static (x, y) => TensorPrimitives.Floor(x, y),
        ["ceil"] = static _ => static (x, y) => TensorPrimitives.Ceiling(x, y),
        ["round"] = static _ => static (x, y) => TensorPrimitives.Round(x, y),
        ["trunc"] = static _ => static (x, y) => TensorPrimitives.Truncate(x, y),
        ["sin"] = static _ => Each(Math.Sin),
        ["cos"] = static _ => Each(Math.Cos),
        ["tan"] = static _ => Each(Math.Tan),
        ["asin"] = static _ => Each(Math.Asin),
        ["acos"] = static _ => Each(Math.Acos),
        ["atan"] = static _ => Each(Math.Atan),
        ["sinh"] = static _ => Each(Math.Sinh),
        ["cosh"] = static _ => Each(Math.Cosh),
        ["tanh"] = static _ => static (x, y) => ElementKernel.Map<FloatFunctions.HyperbolicTangent>(x, y),
        ["sigmoid"] = static _ => static (x, y) => ElementKernel.Map<FloatFunctions.Logistic>(x, y),
        ["logsigmoid"] = static _ => Each(static x => Math.Min(x, 0) - Log1p(Math.Exp(-Math.Abs(x)))),
        ["erf"] = static _ => static (x, y) => ElementKernel.Map<FloatFunctions.GaussError>(x, y),
        ["silu"] = static _ => static (x, y) => ElementKernel.Map<FloatFunctions.Silu>(x, y),
        ["mish"] = static _ => Each(static x => x * Math.Tanh(Softplus(x, 1, 20))),
        ["hardswish"] = static _ => Each(static x => x * Math.Clamp(x + 3, 0, 6) / 6),
        ["hardsigmoid"] = static _ => Each(static x => Math.Clamp(x + 3, 0, 6) / 6),
        ["softsign"] = static _ => Each(static x => x / (1 + Math.Abs(x))),
        ["gelu"] = static a => a.Flag("tanh")
            ? static (x, y) => ElementKernel.Map<FloatFunctions.TanhGelu>(x, y)
            : static (x, y) => ElementKernel.Map<FloatFunctions.Gelu>(x, y),
        ["leaky_relu"] = static a => Of(a.Number("slope"), static (x, slope) => x > 0 ? x : x * slope),
        ["elu"] = static a => Of(
            (Alpha: a.Number("alpha", 1), Scale: a.Number("scale", 1), Input: a.Number("input_scale", 1)),
            static (x, p) => p.Scale * (x > 0 ? x : p.Alpha * Expm1(x * p.Input))),
        ["softplus"] = static a => Of(
            (Beta: a.Number("beta", 1), Threshold: a.Number("threshold", 20)),
            static (x, p) => Softplus(x, p.Beta, p.Threshold)),
        ["clamp"] = static a => Clamp(
            (float)a.Number("min", double.NegativeInfinity), (float)a.Number("max", double.PositiveInfinity)),
        ["pow"] = static a => Of(a.Number("exponent"), static (x, exponent) => Math.Pow(x, exponent)),
    };

    /// <summary>Gets the names.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>The function of an operation; <see langword="null"/> if it is none of one element.</summary>
    /// <exception cref="InvalidProgramGraphException">Its arguments are odd.</exception>
    public static UnaryFunction? Of(Operation operation) =>
        Table.TryGetValue(operation.Name, out Func<Arguments, UnaryFunction>? make) ? make(operation.Arguments) : null;

    private static double Softplus(double x, double beta, double threshold) =>
        x * beta > threshold ? x : Log1p(Math.Exp(x * beta)) / beta;

    /// <summary>ln(1 + x), exact where x is small (Kahan's correction by the rounding of 1 + x).</summary>
    private static double Log1p(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : double.IsInfinity(sum) ? sum : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>eˣ − 1, exact where x is small.</summary>
    private static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.5)
            return Math.Exp(x) - 1;
        double half = Math.Tanh(x / 2);
        return 2 * half / (1 - half);
    }

    private static UnaryFunction Clamp(float min, float max) => (x, y) =>
    {
        TensorPrimitives.Max(x, min, y);
        TensorPrimitives.Min<float>(y, max, y);
    };

    private static UnaryFunction Each(Func<double, double> function) => (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
            y[i] = (float)function(x[i]);
    };

    private static UnaryFunction Of<T>(T parameters, Func<double, T, double> function) => (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
            y[i] = (float)function(x[i], parameters);
    };
}
