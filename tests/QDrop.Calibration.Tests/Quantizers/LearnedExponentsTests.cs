using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Exponents of weights that are learned together with rounding (arXiv 2204.12322).</summary>
public sealed class LearnedExponentsTests
{
    private const int Channels = 3, PerChannel = 21;

    public LearnedExponentsTests()
    {
        set_num_threads(1);
        manual_seed(5);
    }

    [Fact]
    public void Learning_begins_at_the_searched_step_and_at_the_float_weight()
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer free = Quantizer(0, Scale.Free), quantizer = Quantizer(0);
        quantizer.Calibration.BeginExponents();
        float[] scales = Near.Values(free.Scale!), zeros;
        Near.Equal(scales, [.. quantizer.Calibration.Exponents!.Steps().Select(s => s.Scale)], 1e-5, 0);
        zeros = [.. quantizer.Calibration.Exponents!.Steps().Select(s => s.ZeroPoint)];
        Assert.All(zeros, z => Assert.Equal(MathF.Round(z), z));
        // Within the grid a soft weight is the float weight; beyond it, the grid's end.
        float[] weights = Near.Values(quantizer.Weight);
        Near.Equal(
            [
                .. weights.Select(
                    (w, i) =>
                        Math.Clamp(
                            w,
                            -zeros[i / PerChannel] * scales[i / PerChannel],
                            (15 - zeros[i / PerChannel]) * scales[i / PerChannel])),
            ],
            quantizer.Value(),
            1e-4,
            1e-5);
    }

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(0, true, true)]
    [InlineData(0, false, false)]
    [InlineData(1, false, true)]
    public void Gradients_are_those_of_finite_differences(int axis, bool symmetric, bool perChannel)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer quantizer = Quantizer(axis, symmetric: symmetric, perChannel: perChannel);
        quantizer.Calibration.BeginExponents();
        LearnedExponents exponents = quantizer.Calibration.Exponents!;
        // Somewhere else than at the start, where every gradient of a step is 0; some α at which h is stopped.
        quantizer.Calibration.Alpha!.add_(randn(quantizer.Weight.shape) * 1.5);
        foreach (ref float learned in exponents.V.AsSpan())
            learned += randn(1).item<float>() * 0.3f;
        quantizer.Calibration.Changed();
        Tensor flow = randn(quantizer.Weight.shape);
        quantizer.Value().backward([flow]);
        Tensor gradient = quantizer.Calibration.TakeSlope()!;
        quantizer.Calibration.Backward(gradient, null, 0, static (_, _) => { });
        float[] ofAlpha = Near.Values(gradient);

        float[] weights = Near.Values(quantizer.Weight),
            alpha = Near.Values(quantizer.Calibration.Alpha!),
            v = exponents.V,
            slopes = Near.Values(flow);
        (IReadOnlyList<QDrop.Calibration.Ranges.ExponentTable>? channels, SoftStep[]? steps, int top) = (
            exponents.Channels, exponents.Steps(), 15);
        int Channel(int i) => !perChannel ? 0 : axis == 0 ? i / PerChannel : i % Channels;

        // What the gradient goes straight through is linear here: floor(w / s), and the rounding of the zero point.
        double Weight(int i, double a, double b)
        {
            int c = Channel(i);
            double scale = Math.Pow(2, channels[c].Floor + Rectified(b)), now = steps[c].Scale;
            double floor = weights[i] / scale + (Math.Floor(weights[i] / now) - weights[i] / now);
            double change = channels[c].ZeroPoint(channels[c].Floor + 1) - channels[c].ZeroPoint(channels[c].Floor);
            double zero = steps[c].ZeroPoint + change * (Rectified(b) - Rectified(v[c]));
            double level = floor + Rectified(a) + zero;
            return (Math.Clamp(level, 0, top) - zero) * scale;
        }

        double[] ofV = new double[v.Length];
        const double Delta = 1e-6;
        for (int i = 0; i < weights.Length; i++)
        {
            double difference =
                (Weight(i, alpha[i] + Delta, v[Channel(i)]) - Weight(i, alpha[i] - Delta, v[Channel(i)])) / (2 * Delta);
            Assert.Equal(slopes[i] * difference, ofAlpha[i], 1e-4);
            ofV[Channel(i)] +=
                slopes[i]
                * (Weight(i, alpha[i], v[Channel(i)] + Delta) - Weight(i, alpha[i], v[Channel(i)] - Delta))
                / (2 * Delta);
        }
        Near.Equal([.. ofV.Select(g => (float)g)], exponents.Gradient!, 1e-3, 1e-4);
        Assert.All(ofV, g => Assert.NotEqual(0, g, 1e-3));
        // Forward, in double.
        Near.Equal(
            [.. weights.Select((_, i) => (float)Weight(i, alpha[i], v[Channel(i)]))], quantizer.Value(), 1e-4, 1e-5);
    }

    [Fact]
    public unsafe void The_error_of_rounding_to_nearest_is_that_of_the_two_exponents_and_so_is_its_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer quantizer = Quantizer(0);
        quantizer.Calibration.BeginExponents();
        LearnedExponents exponents = quantizer.Calibration.Exponents!;
        float[] weights = Near.Values(quantizer.Weight), v = [-0.7f, 0.4f, 5];
        double[][] errors =
        [
            .. exponents.Channels.Select(
                (table, c) =>
                    Enumerable
                        .Range(table.First, table.ZeroPoints.Length)
                        .Select(k => Nearest(weights[(c * PerChannel)..((c + 1) * PerChannel)], k))
                        .ToArray()),
        ];
        for (int c = 0; c < Channels; c++)
            Near.Equal(
                [.. errors[c].Select(e => (float)e)], [.. exponents.Channels[c].Errors.Select(e => (float)e)], 1e-4, 0);

        double Total(float[] at) => Enumerable.Range(0, Channels).Sum(c =>
        {
            int below = exponents.Channels[c].Floor - exponents.Channels[c].First;
            double h = Rectified(at[c]);
            return ((1 - h) * errors[c][below]) + (h * errors[c][below + 1]);
        }) / errors.Sum(e => e.Min());

        v.CopyTo(exponents.V, 0);
        float* gradient = stackalloc float[] { 1, 2, 3 };
        Assert.Equal(Total(v), exponents.RoundingError(gradient, 10), 1e-4);
        for (int c = 0; c < Channels; c++)
        {
            float[] above = [.. v], below = [.. v];
            above[c] += 0.01f;
            below[c] -= 0.01f;
            Assert.Equal(c + 1 + (10 * (Total(above) - Total(below)) / (above[c] - below[c])), gradient[c], 1e-3);
        }

        static double Nearest(float[] own, int exponent) =>
            Enumerable
                .Range(0, 16)
                .Min(z =>
                    own.Average(w =>
                        Math.Pow(
                            Math.Abs(
                                ((Math.Clamp(Math.Round(w / Math.Pow(2, exponent)) + z, 0, 15) - z)
                                    * Math.Pow(2, exponent)) - w),
                            2.4)));
    }

    [Fact]
    public void Hardening_takes_the_nearer_exponent_and_a_whole_zero_point_on_the_grid()
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer searched = Quantizer(0, Scale.Free), quantizer = Quantizer(0);
        quantizer.Calibration.BeginExponents();
        float[] moved = [-5, 0.2f, 7];
        moved.CopyTo(quantizer.Calibration.Exponents!.V, 0);
        float[] scales = Near.Values(searched.Scale!), weights = Near.Values(quantizer.Weight);

        Assert.Equal((2, 3), quantizer.Calibration.HardenExponents());

        Assert.Null(quantizer.Calibration.Exponents);
        int[] up = [0, 1, 1];
        for (int c = 0; c < Channels; c++)
        {
            double step = Math.Pow(2, Math.Floor(Math.Log2(scales[c])) + up[c]);
            Assert.Equal(step, Near.Values(quantizer.Scale!)[c]);
            // Of all whole levels, that with the least error.
            float[] own = weights[(c * PerChannel)..((c + 1) * PerChannel)];
            Assert.Equal(
                Enumerable
                    .Range(0, 16)
                    .MinBy(z =>
                        own.Sum(w =>
                            Math.Pow(Math.Abs((Math.Clamp(Math.Round(w / step) + z, 0, 15) - z) * step - w), 2.4))),
                Near.Values(quantizer.ZeroPoint!)[c]);
        }
        // Rounding goes on at the fractions of the new grid.
        float[] steps = Near.Values(quantizer.Scale!);
        Near.Equal(
            [
                .. weights.Select(
                    (w, i) => (float)(w / steps[i / PerChannel] - Math.Floor(w / (double)steps[i / PerChannel]))),
            ],
            [.. Near.Values(quantizer.Calibration.Alpha!).Select(a => (float)Rectified(a))],
            1e-4,
            1e-4);
        quantizer.Calibration.EndLearning();
        Assert.All(
            Near.Values(quantizer.Value()).Select((w, i) => w / steps[i / PerChannel]),
            level => Assert.Equal(Math.Round(level), level));
    }

    [Fact]
    public void A_search_that_is_stopped_while_exponents_are_learned_leaves_powers_of_two()
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightQuantizer quantizer = Quantizer(0);
        quantizer.Calibration.BeginExponents();
        quantizer.Calibration.EndLearning();
        Assert.Null(quantizer.Calibration.Alpha);
        Assert.Null(quantizer.Calibration.Exponents);
        Assert.All(Near.Values(quantizer.Scale!), s => Assert.True(PowerOfTwo.Is(s)));
        Assert.False(quantizer.Value().requires_grad);
    }

    private static double Rectified(double a) => Math.Clamp(1.2 / (1 + Math.Exp(-a)) - 0.1, 0, 1);

    private static WeightQuantizer Quantizer(
        int axis, Scale scale = Scale.PowerOfTwo, bool symmetric = false, bool perChannel = true)
    {
        manual_seed(5);
        // Grids narrower than the weights, so that some lie beyond them.
        Tensor weight = randn(Channels, PerChannel) * tensor([0.3f, 1, 2.6f]).unsqueeze(1);
        weight.narrow(0, 0, 1).narrow(1, 3, 1).fill_(2);
        weight.narrow(0, 2, 1).narrow(1, 5, 1).fill_(-14);
        var quantizer = new WeightQuantizer("w", axis == 0 ? weight : weight.transpose(0, 1), axis)
        {
            Bits = 4,
            Enabled = true,
            Calibration = { PerChannel = perChannel, Range = new(Symmetric: symmetric, Scale: scale) },
        };
        quantizer.Calibration.SearchRange();
        return quantizer;
    }
}
