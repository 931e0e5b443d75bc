using CsCheck;
using QDrop.Calibration.Ranges;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>The range of values that are multiplied by a power of two is the range of the values, multiplied.</summary>
public sealed class RangeScaleTests : IDisposable
{
    private const int Cases = 150;

    private readonly DisposeScope _scope = NewDisposeScope();

    public RangeScaleTests()
    {
        set_num_threads(1);
        manual_seed(9);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Ranges_are_multiplied_and_errors_by_the_power_of_the_factor()
    {
        var cases = Gen.Select(
            Gen.Int[2, 8],
            Gen.Frequency((12, Gen.Int[1, 400]), (1, Gen.Const(70_000))),
            Gen.Int[-70, 90],
            Gen.Int[0, 4],
            Gen.Int[0, 2],
            Gen.Int[0, 2],
            Gen.Bool);
        var random = new PCG(stream: 1, seed: 15);
        for (int i = 0; i < Cases; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            (int bits, int count, int exponent, int shape, int observer, int scale, bool isSymmetric) =
                cases.Generate(random, null, out _);
            Tensor values = Values(shape, count);
            using Scalar factor = MathF.ScaleB(1, exponent);
            var options = new RangeOptions(
                new[] { RangeObserver.MinError, RangeObserver.MinMax, RangeObserver.Percentile }[observer],
                isSymmetric,
                95,
                new[] { Scale.Free, Scale.PowerOfTwo, Scale.NearestPowerOfTwo }[scale]);
            string what = $"case {i}: {bits} bits, {count} values of kind {shape}, 2^{exponent}, {options}";
            QuantizationRange one = RangeSearch.OfTensor(values, bits, "x", options),
                other = RangeSearch.OfTensor(values.mul(factor), bits, "x", options);
            Assert.True(one.Scale * factor.ToSingle() == other.Scale, $"{what}: {one.Scale} and {other.Scale}");
            Assert.True(one.ZeroPoint == other.ZeroPoint, $"{what}: {one.ZeroPoint} and {other.ZeroPoint}");
            double expected = one.Error * Math.Pow(2, 2.4 * exponent);
            Assert.True(Math.Abs(other.Error - expected) <= 1e-9 * expected, $"{what}: {expected}, {other.Error}");
        }
    }

    /// <summary>Where nothing can be told from values, there is a grid all the same.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-45)]
    [InlineData(1e-39)]
    [InlineData(1e38)]
    public void Zeros_denormal_numbers_and_the_greatest_have_a_grid(double size)
    {
        foreach (RangeObserver observer in new[] { RangeObserver.MinError, RangeObserver.MinMax, RangeObserver.Percentile })
        {
            foreach (Scale scale in new[] { Scale.Free, Scale.PowerOfTwo })
            {
                if (size > 1 && scale != Scale.Free)
                    continue;
                using Scalar factor = (float)size;
                QuantizationRange range = RangeSearch.OfTensor(
                    (rand(100) - 0.5f).mul(factor), 4, "x", new(observer, Scale: scale));
                Assert.True(float.IsNormal(range.Scale), $"{size}, {observer}: {range.Scale}");
                Assert.InRange(range.ZeroPoint, 0, 15);
                Assert.True(double.IsFinite(range.Error), $"{size}, {observer}: {range.Error}");
            }
        }
    }

    private static Tensor Values(int shape, int count) => shape switch
    {
        0 => randn(count),
        1 => randn(count).abs(),
        2 => randn(count).abs().neg(),
        // Some values that are far from the others, and some that are 0.
        3 => randn(count).pow(3) * (rand(count) > 0.3),
        _ => rand(count) + 2,
    };
}
