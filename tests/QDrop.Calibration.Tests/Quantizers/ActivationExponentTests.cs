using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// Exponents of activations that are learned with the gradient of trained thresholds (arXiv 1903.08066, eq. 6 to 8).
/// </summary>
public sealed class ActivationExponentTests
{
    private readonly GradientTape _tape = new();

    private const int Count = 605;

    public ActivationExponentTests()
    {
        set_num_threads(1);
        manual_seed(9);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, false)]
    [InlineData(0.5, true)]
    public void The_gradient_is_that_of_trained_thresholds(double drop, bool rectify)
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Searched(rand(Count) * 3);
        Assert.Equal(0, quantizer.ZeroPoint!.item<float>());
        quantizer.Calibration.BeginLearning(drop, new PinnedDraws(), _tape);
        ((LearnedPower)quantizer.Calibration.Learning!).BeginExponents();
        // Some elements beyond the grid on either side.
        (Tensor? x, Tensor? flow) = ((randn(Count) * 3).requires_grad_(), randn(Count));

        Tensor y = rectify ? quantizer.ForwardRectified(x) : quantizer.Forward(x);
        _tape.Backward([y], [flow]);

        double step = quantizer.Scale!.item<float>(), ofLog = 0;
        (float[]? values, float[]? slopes, bool[]? kept) = (Near.Values(x), Near.Values(flow), Kept(drop));
        (float[]? forward, float[]? ofInput) = (new float[Count], new float[Count]);
        for (int i = 0; i < Count; i++)
        {
            double value = rectify ? Math.Max(values[i], 0) : values[i],
                level = Math.Round(value / step),
                flows = rectify && values[i] <= 0 ? 0 : slopes[i];
            bool inside = level is >= 0 and <= 15;
            forward[i] = (float)(kept[i] ? Math.Clamp(level, 0, 15) * step : value);
            ofInput[i] = (float)(kept[i] && !inside ? 0 : flows);
            // s · ln 2 · (round(x / s) − x / s) within the grid, s · ln 2 · level beyond it.
            if (kept[i])
                ofLog += flows * step * Math.Log(2) * (inside ? level - value / step : Math.Clamp(level, 0, 15));
        }
        Assert.Equal(forward, Near.Values(y));
        Near.Equal(ofInput, x.grad!);
        Near.Equal([(float)ofLog], quantizer.Calibration.Learning!.ScaleGradient!, 1e-4, 1e-4);
    }

    [Fact]
    public void Each_exponent_has_a_zero_point_of_its_own_which_has_no_part_in_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sample = randn(Count) + 0.4;
        using ActivationQuantizer quantizer = Searched(sample);
        float step = quantizer.Scale!.item<float>();
        quantizer.Calibration.BeginLearning(0, new PinnedDraws(), _tape);
        ((LearnedPower)quantizer.Calibration.Learning!).BeginExponents();
        using (no_grad())
            ((LearnedPower)quantizer.Calibration.Learning!).LogScale!.copy_(tensor([MathF.Log2(step) + 1]));
        (Tensor? x, Tensor? flow) = ((randn(Count) * 3).requires_grad_(), randn(Count));
        _tape.Backward([quantizer.Forward(x)], [flow]);
        float[] gradient = quantizer.Calibration.Learning!.ScaleGradient!;

        quantizer.Calibration.EndLearning();

        double wider = 2 * step, zero = quantizer.ZeroPoint!.item<float>(), ofLog = 0;
        Assert.Equal(wider, quantizer.Scale!.item<float>());
        float[] seen = Near.Values(sample);
        Assert.Equal(
            Enumerable
                .Range(0, 16)
                .MinBy(z =>
                    seen.Sum(v =>
                        Math.Pow(Math.Abs((Math.Clamp(Math.Round(v / wider) + z, 0, 15) - z) * wider - v), 2.4))),
            zero);
        (float[]? values, float[]? slopes) = (Near.Values(x), Near.Values(flow));
        for (int i = 0; i < Count; i++)
        {
            double level = Math.Round(values[i] / wider), clamped = Math.Clamp(level, -zero, 15 - zero);
            ofLog += slopes[i] * wider * Math.Log(2) * (level == clamped ? level - values[i] / wider : clamped);
        }
        Near.Equal([(float)ofLog], gradient, 1e-4, 1e-4);
    }

    [Fact]
    public void An_exponent_stays_among_those_that_were_searched()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Searched(rand(Count));
        float step = quantizer.Scale!.item<float>();
        quantizer.Calibration.BeginLearning(0, new PinnedDraws(), _tape);
        ((LearnedPower)quantizer.Calibration.Learning!).BeginExponents();
        using (no_grad())
            ((LearnedPower)quantizer.Calibration.Learning!).LogScale!.add_(40);
        quantizer.Calibration.EndLearning();
        Assert.InRange(quantizer.Scale!.item<float>(), step * 2, step * 8);
    }

    [Fact]
    public void Learning_begins_at_the_exponent_with_the_least_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(Count) * 3;
        using ActivationQuantizer quantizer = Searched(x);
        float[] before = Near.Values(quantizer.Forward(x));
        quantizer.Calibration.BeginLearning(0, new PinnedDraws(), _tape);
        ((LearnedPower)quantizer.Calibration.Learning!).BeginExponents();
        Assert.Equal(before, Near.Values(quantizer.Forward(x)));
        quantizer.Calibration.EndLearning();
        Assert.Equal(before, Near.Values(quantizer.Forward(x)));
        Assert.True(PowerOfTwo.Is(quantizer.Scale!.item<float>()));
    }

    [Theory]
    [InlineData(Scale.NearestPowerOfTwo)]
    [InlineData(Scale.PowerOfTwo)]
    public void Without_learning_the_step_stays_and_gradients_pass(Scale scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Searched(rand(Count), scale);
        float step = quantizer.Scale!.item<float>();
        quantizer.Calibration.BeginLearning(0.5, new PinnedDraws(), _tape);
        Tensor x = rand(Count).requires_grad_();
        _tape.Backward([quantizer.Forward(x)], [ones_like(x)]);
        Assert.Contains(Near.Values(x.grad!), g => g != 0);
        quantizer.Calibration.EndLearning();
        Assert.Equal(step, quantizer.Scale!.item<float>());
    }

    private static ActivationQuantizer Searched(Tensor x, Scale scale = Scale.PowerOfTwo)
    {
        var quantizer = new ActivationQuantizer("a")
        {
            Bits = 4,
            Calibration = { Range = new(Scale: scale), Observing = true },
        };
        quantizer.Forward(x);
        quantizer.Calibration.Observing = false;
        quantizer.Enabled = true;
        return quantizer;
    }

    private static bool[] Kept(double drop)
    {
        if (drop == 0)
            return [.. Enumerable.Repeat(true, Count)];
        float[] uniforms = new float[Count];
        var draws = new PinnedDraws();
        draws.Fill(draws.NextDraw(), 0, uniforms);
        return [.. uniforms.Select(u => u < 1 - drop)];
    }
}
