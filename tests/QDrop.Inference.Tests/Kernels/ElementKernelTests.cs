using QDrop.Kernels;
using Xunit;

namespace QDrop.Tests.Kernels;

/// <summary>What is computed element by element: nearly true, and the same with every instruction set.</summary>
public sealed class ElementKernelTests
{
    private const int Count = 20_011;

    private delegate void Mapping(ReadOnlySpan<float> x, Span<float> y, InstructionSet? set);

    /// <summary>A function.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Map">Computes it.</param>
    /// <param name="Exact">Its value.</param>
    /// <param name="From">The least argument.</param>
    /// <param name="To">The greatest argument.</param>
    /// <param name="Units">The most units in the last place of an error.</param>
    private sealed record Function(
        string Name, Mapping Map, Func<double, double> Exact, double From, double To, double Units);

    private static readonly Function[] Functions =
    [
        new("exp", ElementKernel.Map<FloatFunctions.Exponential>, Math.Exp, -103, 88, 2),
        new("tanh", ElementKernel.Map<FloatFunctions.HyperbolicTangent>, Math.Tanh, -12, 12, 3),
        new("tanh", ElementKernel.Map<FloatFunctions.HyperbolicTangent>, Math.Tanh, -0.01, 0.01, 3),
        new("sigmoid", ElementKernel.Map<FloatFunctions.Logistic>, static x => 1 / (1 + Math.Exp(-x)), -80, 80, 3),
        new("erf", ElementKernel.Map<FloatFunctions.GaussError>, Erf, -5, 5, 4),
        new("erf", ElementKernel.Map<FloatFunctions.GaussError>, Erf, -0.01, 0.01, 4),
        new("silu", ElementKernel.Map<FloatFunctions.Silu>, static x => x / (1 + Math.Exp(-x)), -80, 80, 4),
    ];

    [Fact]
    public void Functions_are_right_to_a_few_units_in_the_last_place()
    {
        foreach ((string name, Mapping map, Func<double, double> exact, double from, double to, double most)
            in Functions)
        {
            float[] x = Random(from, to), y = new float[Count];
            map(x, y, null);
            double worst = 0;
            for (int i = 0; i < Count; i++)
            {
                double expected = exact(x[i]);
                float size = MathF.Abs((float)expected);
                double unit = Math.Max(MathF.BitIncrement(size) - size, float.Epsilon);
                worst = Math.Max(worst, Math.Abs(y[i] - expected) / unit);
            }
            Assert.True(worst <= most, $"{name} from {from} to {to} is wrong by {worst:0.0} units.");
        }
    }

    [Fact]
    public void Gelu_is_right_to_units_of_its_argument()
    {
        float[] x = [.. Random(-8, 8)[..^2], -300, 300], y = new float[Count], tanh = new float[Count];
        ElementKernel.Map<FloatFunctions.Gelu>(x, y);
        ElementKernel.Map<FloatFunctions.TanhGelu>(x, tanh);
        for (int i = 0; i < Count; i++)
        {
            double own = x[i], inner = Math.Sqrt(2 / Math.PI) * (own + (0.044715 * own * own * own));
            double most = Math.Max(Math.Abs(own), 1e-30) * 2e-7;
            Assert.Equal(own / 2 * (1 + Erf(own / Math.Sqrt(2))), y[i], most);
            Assert.Equal(own / 2 * (1 + Math.Tanh(inner)), tanh[i], most);
        }
    }

    [Fact]
    public void Functions_have_their_limits()
    {
        float[] x = [float.NegativeInfinity, float.PositiveInfinity, float.NaN, 0, -0f];
        Assert.Equal(
            [0, float.PositiveInfinity, float.NaN, 1, 1], Map(ElementKernel.Map<FloatFunctions.Exponential>, x));
        Assert.Equal([-1, 1, float.NaN, 0, 0], Map(ElementKernel.Map<FloatFunctions.HyperbolicTangent>, x));
        Assert.Equal([-1, 1, float.NaN, 0, 0], Map(ElementKernel.Map<FloatFunctions.GaussError>, x));
        Assert.Equal([0, 1, float.NaN, 0.5f, 0.5f], Map(ElementKernel.Map<FloatFunctions.Logistic>, x));
    }

    [Fact]
    public void Functions_give_the_same_bits_with_every_instruction_set()
    {
        Mapping[] maps =
        [
            .. Functions.Select(static f => f.Map), ElementKernel.Map<FloatFunctions.Gelu>,
            ElementKernel.Map<FloatFunctions.TanhGelu>,
        ];
        float[] x = [.. Random(-110, 110), .. Random(-6, 6), .. Random(-1e-3, 1e-3)];
        foreach (Mapping map in maps)
        {
            float[] expected = new float[x.Length];
            map(x, expected, InstructionSet.Portable);
            foreach (InstructionSet set in Sets())
            {
                float[] found = new float[x.Length];
                map(x, found, set);
                Assert.Equal(Bits(expected), Bits(found));
            }
        }
    }

    [Theory]
    [InlineData(0.1f, 7, 15)]
    [InlineData(0.37f, 0, 255)]
    [InlineData(2f, 3, 3)]
    public void Codes_are_rounded_and_clamped(float scale, int zeroPoint, int top)
    {
        var grid = new CodeGrid(scale, zeroPoint, top);
        float[] x =
            [.. Random(-60, 60), float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f, 0.5f];
        byte[] expected = [.. x.Select(v => float.IsNaN(v)
            ? (byte)0
            : (byte)Math.Clamp(Math.Round((double)(v / scale)) + zeroPoint, 0, top))];
        foreach (InstructionSet set in Sets())
        {
            byte[] codes = new byte[x.Length];
            ElementKernel.Quantize(x, codes, grid, set);
            Assert.Equal(expected, codes);
            float[] values = new float[x.Length], sums = new float[x.Length];
            ElementKernel.Dequantize(codes, values, grid, set);
            Assert.Equal(codes.Select(c => (c - zeroPoint) * scale), values);
            ElementKernel.Add(codes, expected, sums, grid, new CodeGrid(0.3f, 1, 255), set);
            Assert.Equal(codes.Select(c => ((c - zeroPoint) * scale) + ((c - 1) * 0.3f)), sums);
        }
    }

    [Fact]
    public void Bytes_are_looked_up_summed_and_compared()
    {
        var random = new Random(3);
        byte[] table = new byte[256], x = new byte[1003], other = new byte[1003];
        random.NextBytes(table);
        random.NextBytes(x);
        random.NextBytes(other);
        foreach (bool isPlain in new[] { false, true })
        {
            byte[] y = new byte[x.Length];
            TableKernel.Map(table, x, y, isPlain);
            Assert.Equal(x.Select(b => table[b]), y);
        }
        int[] sums = new int[37];
        ElementKernel.SumRows(x, 40, 24, sums);
        Assert.Equal(Enumerable.Range(0, 37).Select(c => Enumerable.Range(0, 24).Sum(r => x[(r * 40) + c])), sums);
        byte[] most = [.. x];
        ElementKernel.Max(most, other);
        Assert.Equal(x.Zip(other).Select(static p => Math.Max(p.First, p.Second)), most);
    }

    private static IEnumerable<int> Bits(float[] values) => values.Select(BitConverter.SingleToInt32Bits);

    private static float[] Map(Mapping map, float[] x)
    {
        float[] y = new float[x.Length];
        map(x, y, null);
        return [.. y.Select(static v => v == 0 ? 0 : v)];
    }

    private static List<InstructionSet> Sets() => [.. InstructionSets.All.ToArray().Where(InstructionSets.IsSupported)];

    private static float[] Random(double from, double to)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Count).Select(_ => (float)(from + (random.NextDouble() * (to - from))))];
    }

    /// <summary>The error function: its series, or a continued fraction of what is left to 1.</summary>
    private static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (size < 2.5)
        {
            double term = size, sum = size;
            for (int n = 1; n < 80; n++)
            {
                term *= -size * size / n;
                sum += term / ((2 * n) + 1);
            }
            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }
        double fraction = 0;
        for (int n = 80; n > 0; n--)
            fraction = n / 2.0 / (size + fraction);
        return Math.CopySign(1 - (Math.Exp(-size * size) / Math.Sqrt(Math.PI) / (size + fraction)), x);
    }
}
