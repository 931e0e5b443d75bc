using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Steps that are powers of two: which exponent a searched range gets.</summary>
public sealed class PowerOfTwoRangeTests
{
    public PowerOfTwoRangeTests()
    {
        set_num_threads(1);
        manual_seed(3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_nearest_exponent_keeps_the_lower_end_of_the_range(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer free = Quantizer(bits, Scale.Free), nearest = Quantizer(bits, Scale.NearestPowerOfTwo);
        float[] scales = Near.Values(free.Scale!),
            zeros = Near.Values(free.ZeroPoint!),
            steps = Near.Values(nearest.Scale!),
            levels = Near.Values(nearest.ZeroPoint!);
        for (int c = 0; c < scales.Length; c++)
        {
            Assert.Equal(Math.Pow(2, Math.Round(Math.Log2(scales[c]))), steps[c]);
            Assert.Equal(
                Math.Clamp(Math.Round(zeros[c] * (double)scales[c] / steps[c]), 0, (1 << bits) - 1), levels[c]);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Rounded_to_nearest_the_exponent_is_that_with_the_least_error(int bits)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer free = Quantizer(bits, Scale.Free), best = Quantizer(bits, Scale.PowerOfTwo);
        float[] weights = Near.Values(best.Weight),
            steps = Near.Values(best.Scale!),
            levels = Near.Values(best.ZeroPoint!);
        float[] scales = Near.Values(free.Scale!), zeros = Near.Values(free.ZeroPoint!);
        int perChannel = weights.Length / steps.Length, top = (1 << bits) - 1, notNearest = 0;
        for (int c = 0; c < steps.Length; c++)
        {
            Assert.True(PowerOfTwo.Is(steps[c]));
            float[] values = weights[(c * perChannel)..((c + 1) * perChannel)];
            double found = Error(values, steps[c], levels[c], top);
            // Whatever the exponent, and whichever end of the range stays.
            for (int exponent = -8; exponent < 4; exponent++)
            {
                double step = Math.Pow(2, exponent);
                double low = Math.Round(zeros[c] * scales[c] / step),
                    high = top - Math.Round((top - zeros[c]) * scales[c] / step);
                foreach (double zero in new[] { low, high })
                    Assert.True(found <= Error(values, step, Math.Clamp(zero, 0, top), top) * (1 + 1e-5));
            }
            notNearest += steps[c] != PowerOfTwo.Step(PowerOfTwo.Nearest(scales[c])) ? 1 : 0;
        }
        Assert.True(bits > 2 || notNearest > 0);
    }

    [Fact]
    public void A_grid_for_all_channels_has_one_exponent()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new WeightQuantizer("w", randn(4, 30), 0)
        {
            Bits = 3,
            Calibration = { PerChannel = false, Range = new(Scale: Scale.PowerOfTwo) },
        };
        quantizer.Calibration.SearchRange();
        Assert.Single(Near.Values(quantizer.Scale!).Distinct(), PowerOfTwo.Is);
    }

    [Fact]
    public void Activations_that_are_averaged_over_batches_get_the_exponent_nearest_to_the_mean()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] batches = Enumerable.Range(1, 3).Select(k => rand(200) * k).ToArray();
        float Searched(Scale scale)
        {
            using var quantizer = new ActivationQuantizer("a")
            {
                Bits = 4,
                Calibration = { Range = new(RangeObserver.AverageMinMax, Scale: scale), Observing = true },
            };
            foreach (Tensor? batch in batches)
                quantizer.Forward(batch);
            return quantizer.Scale!.item<float>();
        }
        Assert.Equal(Math.Pow(2, Math.Round(Math.Log2(Searched(Scale.Free)))), Searched(Scale.PowerOfTwo));
    }

    [Theory]
    [InlineData(Scale.NearestPowerOfTwo)]
    [InlineData(Scale.PowerOfTwo)]
    public void A_range_that_no_exponent_reaches_is_refused(Scale scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new WeightQuantizer("huge", full([2, 8], 3e38f), 0)
        {
            Bits = 2,
            Calibration = { Range = new(Scale: scale) },
        };
        QDropException error = Assert.Throws<QDropException>(() => quantizer.Calibration.SearchRange());
        Assert.Equal("QDROP281", error.Code);
        Assert.Contains("huge", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dead_channels_have_an_exponent_and_stay_dead()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new WeightQuantizer("dead", zeros(2, 8), 0)
        {
            Bits = 4,
            Enabled = true,
            Calibration = { Range = new(Scale: Scale.PowerOfTwo) },
        };
        quantizer.Calibration.SearchRange();
        Assert.All(Near.Values(quantizer.Scale!), s => Assert.True(PowerOfTwo.Is(s)));
        Assert.All(Near.Values(quantizer.Value()), w => Assert.Equal(0, w));
    }

    private static WeightQuantizer Quantizer(int bits, Scale scale)
    {
        manual_seed(11);
        Tensor weight = randn(24, 45) * rand(24, 1) + 0.1;
        var quantizer = new WeightQuantizer("w", weight, 0)
        {
            Bits = bits,
            Calibration = { Range = new(Scale: scale) },
        };
        quantizer.Calibration.SearchRange();
        return quantizer;
    }

    private static double Error(float[] values, double step, double zero, int top) =>
        values.Sum(v => Math.Pow(Math.Abs((Math.Clamp(Math.Round(v / step) + zero, 0, top) - zero) * step - v), 2.4));
}
