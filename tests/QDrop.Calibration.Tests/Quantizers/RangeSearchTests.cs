using System.Runtime.Intrinsics;
using System.Text.Json;
using QDrop.Calibration.Ranges;
using QDrop.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

public sealed class RangeSearchTests
{
    public static IEnumerable<object[]> Cases => GoldenVectors.Cases("observers");

    [Theory, MemberData(nameof(Cases))]
    public void Ranges_are_those_of_the_published_implementation(int index)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("observers", index);
        JsonElement settings = golden.GetProperty("settings");
        bool symmetric = settings.TryGetProperty("symmetric", out JsonElement s) && s.GetBoolean();
        var options = new RangeOptions(
            golden.GetProperty("name").GetString()!.StartsWith("minmax", StringComparison.Ordinal)
                ? RangeObserver.MinMax
                : RangeObserver.MinError,
            symmetric);
        (Tensor? x, int axis, int bits) = (golden.Tensor("input"), settings.Whole("ch_axis"), settings.Whole("bit"));

        QuantizationRange[] found = axis < 0
            ? [RangeSearch.OfTensor(x, bits, "x", options)]
            : RangeSearch.OfChannels(x, axis, bits, "x", options);

        Near.Equal(golden.Floats("scale"), Array.ConvertAll(found, r => r.Scale));
        Near.Equal(golden.Floats("zero_point"), Array.ConvertAll(found, r => r.ZeroPoint), 0, 0);
        Near.Equal(golden.Floats("min"), Array.ConvertAll(found, r => r.Minimum), absolute: 1e-6);
        Near.Equal(golden.Floats("max"), Array.ConvertAll(found, r => r.Maximum), absolute: 1e-6);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, true)]
    [InlineData(8, true)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    public void Search_by_histogram_is_as_good_as_trying_every_range_on_every_value(int bits, bool rectified)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var random = new Random(7);
        float[] values = new float[90_000];
        for (int i = 0; i < values.Length; i++)
        {
            double normal =
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            values[i] = (float)(rectified ? Math.Max(0, normal) : normal + 0.3);
        }

        QuantizationRange range = RangeSearch.OfTensor(tensor(values), bits, "x");

        (double found, double best) = (MeanError(values, range.Scale, range.ZeroPoint, bits), Exhaustive(values, bits));
        Assert.InRange(found, 0, best * 1.001);
    }

    [Fact]
    public void Power_is_that_of_the_math_library()
    {
        for (float x = 1e-12f; x < 1e6f; x *= 1.37f)
        {
            float found = QuantizationError.Power(Vector256.Create(x)).ToScalar();
            Assert.InRange(found / Math.Pow(x, 2.4), 1 - 1e-6, 1 + 1e-6);
        }
        Assert.InRange(QuantizationError.Power(Vector256<float>.Zero).ToScalar(), 0, 1e-37f);
    }

    [Fact]
    public void Channels_of_a_transposed_convolution_are_its_second_dimension()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor([0.1f, -0.2f, 3f, -4f, 0.3f, 0.1f, 5f, 1f], new long[] { 2, 2, 2 }, ScalarType.Float32);
        QuantizationRange[] direct = RangeSearch.OfChannels(weight.transpose(0, 1).contiguous(), 0, 4, "w");
        Assert.Equal(direct, RangeSearch.OfChannels(weight, 1, 4, "w"));
    }

    [Fact]
    public void Constant_zero_gets_a_usable_grid()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        QuantizationRange range = RangeSearch.OfTensor(zeros([10L, 10L]), 4, "x");
        Assert.True(range.Scale > 0);
        Assert.Equal(0, range.ZeroPoint);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Values_that_are_not_finite_are_refused(float bad)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        foreach (int at in new[] { 0, 5, 18 })
        {
            float[] values = Enumerable.Repeat(1f, 19).ToArray();
            values[at] = bad;
            QDropException error = Assert.Throws<QDropException>(() =>
                RangeSearch.OfTensor(tensor(values), 4, "layer1.conv1"));
            Assert.Equal("QDROP240", error.Code);
            Assert.Contains("layer1.conv1", error.Message);
        }
    }

    private static double Exhaustive(float[] values, int bits)
    {
        int top = (1 << bits) - 1;
        float low = Math.Min(values.Min(), 0), high = Math.Max(values.Max(), 0);
        double best = double.PositiveInfinity;
        for (int i = 1; i <= 100; i++)
        {
            float scale = (high - low) / 100 * i / top;
            for (int zero = 0; zero <= (low < 0 ? top : 0); zero++)
                best = Math.Min(best, MeanError(values, scale, zero, bits, best));
        }
        return best;
    }

    private static double MeanError(
        float[] values, float scale, float zeroPoint, int bits, double limit = double.PositiveInfinity)
    {
        (int top, double sum) = ((1 << bits) - 1, 0.0);
        foreach (float value in values)
        {
            float level = Math.Clamp(MathF.Round(value / scale) + zeroPoint, 0, top);
            sum += Math.Pow(Math.Abs((level - zeroPoint) * scale - value), 2.4);
            if (sum > limit * values.Length)
                return double.PositiveInfinity;
        }
        return sum / values.Length;
    }
}
