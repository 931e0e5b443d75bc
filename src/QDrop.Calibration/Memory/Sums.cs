using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QDrop.Native;
using QDrop.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Memory;

/// <summary>
/// Sums over the elements of tensors, in double precision. The parts of a sum are added in their order, whatever the
/// number of threads, and no tensor of intermediate results is made: the tensors may be activations of all inputs.
/// </summary>
internal static unsafe class Sums
{
    /// <summary>Elements that are copied at once where they do not lie side by side, or are not float32.</summary>
    private const long Copied = 1 << 20;

    /// <summary>Σ x.</summary>
    public static double Of(Tensor x) => Over([x], static p => p.Plain(), static (a, _, _) => a);

    /// <summary>Σ x².</summary>
    public static double OfSquares(Tensor x) => Over([x], static p => p.Squares(), static (a, _, _) => a * a);

    /// <summary>Σ (found − expected)².</summary>
    /// <param name="found">A tensor.</param>
    /// <param name="expected">Another one of its shape and type.</param>
    /// <param name="weights">What each square is multiplied with; <see langword="null"/> for 1.</param>
    public static double OfSquaredErrors(Tensor found, Tensor expected, Tensor? weights = null) =>
        weights is null
            ? Over([found, expected], static p => p.SquaredErrors(), static (a, b, _) => (a - b) * (a - b))
            : Over(
                [found, expected, weights], static p => p.WeightedErrors(), static (a, b, c) => (a - b) * (a - b) * c);

    /// <summary>Σ |factor · (found − expected)|^power.</summary>
    /// <param name="found">A tensor.</param>
    /// <param name="expected">Another one of its shape and type.</param>
    /// <param name="power">The power, above 0.</param>
    /// <param name="factor">The factor: with it, powers neither overflow nor vanish.</param>
    public static double OfErrors(Tensor found, Tensor expected, double power, float factor = 1) => power switch
    {
        1 => factor * Over([found, expected], static p => p.Magnitudes(), static (a, b, _) => Math.Abs(a - b)),
        2 => (double)factor * factor * OfSquaredErrors(found, expected),
        _ => Over(
            [found, expected],
            p => p.Powers((float)power, factor),
            (a, b, _) => Math.Pow(Math.Abs(a - b) * factor, power)),
    };

    /// <summary>Multiplies all elements of a tensor, which may be mapped, in place.</summary>
    /// <param name="x">The tensor, float32, dense.</param>
    /// <param name="factor">The factor.</param>
    public static void Multiply(Tensor x, float factor) => Change(x, value => value * factor);

    /// <summary>Multiplies all elements of a tensor, which may be mapped, and squares them, in place.</summary>
    /// <param name="x">The tensor, float32, dense.</param>
    /// <param name="factor">The factor.</param>
    public static void Square(Tensor x, float factor) => Change(x, value => value * factor * (value * factor));

    private static void Change(Tensor x, Func<float, float> change)
    {
        float* values = DenseMemory.Floats(x);
        Chunks.ForEach(x.NumberOfElements, (_, first, count) =>
        {
            for (float* value = values + first, end = value + count; value < end; value++)
                *value = change(*value);
            MappedPages.Passed(count * sizeof(float));
        });
        GC.KeepAlive(x);
    }

    private static double Over(
        Tensor[] tensors, Func<Part, double> sum, Func<double, double, double, double> term)
    {
        using IDisposable guard = no_grad();
        Tensor first = tensors[0];
        if (first.numel() == 0)
            return 0;
        if (tensors.All(static t => t.dtype == ScalarType.Float32 && DenseMemory.IsDense(t))
            && tensors.All(t => DenseMemory.SameOrder(t, first)))
            return OverDense(tensors, sum);
        if (first.dim() == 0)
            return OverCopies(tensors, term);
        double total = 0;
        long rows = Math.Max(1, Copied * first.shape[0] / first.numel());
        for (long start = 0; start < first.shape[0]; start += rows)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(rows, first.shape[0] - start);
            Tensor[] parts = [.. tensors.Select(t => t.narrow(0, start, count))];
            total += parts.All(static t => t.dtype == ScalarType.Float32)
                ? OverDense([.. parts.Select(static t => t.contiguous())], sum)
                : OverCopies(parts, term);
        }
        return total;
    }

    private static double OverCopies(Tensor[] tensors, Func<double, double, double, double> term)
    {
        using DisposeScope scope = NewDisposeScope();
        double[][] copies =
        [
            .. tensors.Select(static t =>
                t.detach().to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray()),
        ];
        double total = 0;
        for (int i = 0; i < copies[0].Length; i++)
            total += term(copies[0][i], copies.Length > 1 ? copies[1][i] : 0, copies.Length > 2 ? copies[2][i] : 1);
        return total;
    }

    private static double OverDense(Tensor[] tensors, Func<Part, double> sum)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] plain = [.. tensors.Select(static t => t.detach())];
        float* a = DenseMemory.Floats(plain[0]),
            b = plain.Length > 1 ? DenseMemory.Floats(plain[1]) : null,
            c = plain.Length > 2 ? DenseMemory.Floats(plain[2]) : null;
        long length = plain[0].NumberOfElements;
        double[] sums = new double[Chunks.Count(length)];
        Chunks.ForEach(length, (chunk, first, count) =>
        {
            sums[chunk] = sum(new(a + first, b == null ? null : b + first, c == null ? null : c + first, count));
            MappedPages.Passed((long)count * sizeof(float) * plain.Length);
        });
        GC.KeepAlive(plain);
        return sums.Sum();
    }

    /// <summary>Elements of one, two or three tensors that lie side by side.</summary>
    private readonly struct Part(float* a, float* b, float* c, int count)
    {
        public double Plain()
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
                sum += a[i];
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public double Squares()
        {
            (Vector256<double> sum, int i) = (Vector256<double>.Zero, 0);
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
                sum += Square(Vector256.Load(a + i));
            double total = Vector256.Sum(sum);
            for (; i < count; i++)
                total += (double)a[i] * a[i];
            return total;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public double SquaredErrors()
        {
            (Vector256<double> sum, int i) = (Vector256<double>.Zero, 0);
            for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
                sum += Square(Vector256.Load(a + i) - Vector256.Load(b + i));
            double total = Vector256.Sum(sum);
            for (; i < count; i++)
            {
                double error = a[i] - b[i];
                total += error * error;
            }
            return total;
        }

        public double WeightedErrors()
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                double error = a[i] - b[i];
                sum += error * error * c[i];
            }
            return sum;
        }

        public double Magnitudes()
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
                sum += Math.Abs(a[i] - b[i]);
            return sum;
        }

        public double Powers(float power, float factor)
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
                sum += MathF.Pow(Math.Abs(a[i] - b[i]) * factor, power);
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<double> Square(Vector256<float> x)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(x);
            return low * low + high * high;
        }
    }
}
