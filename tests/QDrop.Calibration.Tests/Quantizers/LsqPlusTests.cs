using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Activations whose offset is learned with the scale (arXiv 2004.09576).</summary>
public sealed class LsqPlusTests
{
    private readonly GradientTape _tape = new();

    private const int Count = 603;
    private const float Scale = 0.13f;
    private const int ZeroPoint = 5, Top = 15;

    public LsqPlusTests() => set_num_threads(1);

    [Fact]
    public void Before_a_step_values_are_those_of_the_grid_that_was_searched()
    {
        using DisposeScope scope = NewDisposeScope();
        using var plain = new ActivationQuantizer("a");
        plain.Restore(4, Scale, ZeroPoint);
        using ActivationQuantizer quantizer = Learning(0);
        Tensor x = Input();
        Near.Equal(Near.Values(plain.Forward(x)), quantizer.Forward(x), 1e-5, 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void Gradients_are_those_of_the_formula(double drop)
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Learning(drop);
        (Tensor? x, Tensor? flow) = (Input().requires_grad_(), randn(Count));
        bool[] kept = Kept(drop);

        _tape.Backward([quantizer.Forward(x)], [flow]);

        (float[]? values, float[]? weights) = (Near.Values(x), Near.Values(flow));
        double offset = -Scale * ZeroPoint, ofScale = 0, ofOffset = 0;
        float[] ofInput = new float[Count];
        for (int i = 0; i < Count; i++)
        {
            double level = (values[i] - offset) / Scale;
            bool inside = Math.Round(level) is >= 0 and <= Top;
            ofInput[i] = kept[i] && !inside ? 0 : weights[i];
            if (!kept[i])
                continue;
            // eq. 5 and 6: inside, round(v) − v for the scale and 0 for the offset; outside, the clipped level and 1.
            ofScale += weights[i] * (inside ? Math.Round(level) - level : Math.Clamp(Math.Round(level), 0, Top));
            ofOffset += inside ? 0 : weights[i];
        }
        double factor = 1 / Math.Sqrt(Count * (double)Top);
        Near.Equal(ofInput, x.grad!);
        Near.Equal([(float)(ofScale * factor)], quantizer.Calibration.Learning!.ScaleGradient!, 1e-4, 1e-5);
        Near.Equal([(float)(ofOffset * factor)], quantizer.Calibration.Learning!.OffsetGradient!, 1e-4, 1e-5);
    }

    [Fact]
    public void Gradients_are_the_slopes_of_the_surrogate_in_which_rounding_errors_stay()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Learning(0);
        (Tensor? x, Tensor? flow) = (Input().requires_grad_(), randn(Count));
        _tape.Backward([quantizer.Forward(x)], [flow]);
        (float[]? values, float[]? weights) = (Near.Values(x), Near.Values(flow));
        double offset = -Scale * ZeroPoint;
        // round(v) = v + e, with e as it is here (the straight-through estimate).
        double[] errors = Array.ConvertAll(values, v => Math.Round((v - offset) / Scale) - (v - offset) / Scale);

        const double Step = 1e-7;
        double factor = 1 / Math.Sqrt(Count * (double)Top);
        double ofScale = (Loss(Scale + Step, offset) - Loss(Scale - Step, offset)) / (2 * Step) * factor;
        double ofOffset = (Loss(Scale, offset + Step) - Loss(Scale, offset - Step)) / (2 * Step) * factor;
        Near.Equal([(float)ofScale], quantizer.Calibration.Learning!.ScaleGradient!, 1e-4, 1e-4);
        Near.Equal([(float)ofOffset], quantizer.Calibration.Learning!.OffsetGradient!, 1e-4, 1e-4);

        double Loss(double s, double b) => values.Select((v, i) =>
        {
            bool inside = Math.Round((v - offset) / Scale) is >= 0 and <= Top;
            double level = inside ? (v - b) / s + errors[i] : Math.Clamp(Math.Round((v - offset) / Scale), 0, Top);
            return weights[i] * (level * s + b);
        }).Sum();
    }

    [Theory]
    [InlineData(-0.52f, 4)]
    [InlineData(-0.59f, 5)]
    [InlineData(0.4f, 0)]
    [InlineData(-90f, 15)]
    public void In_the_end_the_offset_becomes_a_whole_zero_point_of_the_grid(float offset, float expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Learning(0.5);
        using (no_grad())
            quantizer.Calibration.Learning!.Offset!.fill_(offset);
        quantizer.Calibration.EndLearning();
        Assert.Null(quantizer.Calibration.Learning);
        Assert.Equal(expected, quantizer.ZeroPoint!.item<float>());
        Assert.Equal(Scale, quantizer.Scale!.item<float>());
    }

    [Fact]
    public void Channels_last_gives_the_same()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Input().narrow(0, 0, 600).view(4, 6, 5, 5).clone();
        Tensor flow = randn(4, 6, 5, 5);
        using ActivationQuantizer rows = Learning(0);
        using ActivationQuantizer last = Learning(0);
        Tensor a = x.clone().requires_grad_(),
            b = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).requires_grad_();
        Tensor left = rows.Forward(a), right = last.Forward(b);
        _tape.Backward([left, right], [flow, flow]);
        Near.Equal(Near.Values(left), right);
        Near.Equal(Near.Values(a.grad!), b.grad!);
        Near.Equal(rows.Calibration.Learning!.OffsetGradient!, last.Calibration.Learning!.OffsetGradient!, 1e-4, 1e-6);
    }

    [Fact]
    public void Where_nothing_is_learned_no_gradient_reaches_the_scale()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(4, Scale, ZeroPoint);
        quantizer.Calibration.BeginLearning(0, new PinnedDraws(), _tape, ActivationLearning.Fixed);
        Tensor x = Input().requires_grad_();
        _tape.Backward([quantizer.Forward(x)], [ones_like(x)]);
        Assert.NotNull(x.grad);
        Assert.Null(quantizer.Calibration.Learning!.ScaleGradient);
        Assert.Null(quantizer.Calibration.Learning!.Offset);
    }

    private ActivationQuantizer Learning(double drop)
    {
        var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(4, Scale, ZeroPoint);
        quantizer.Calibration.BeginLearning(drop, new PinnedDraws(), _tape, ActivationLearning.LsqPlus);
        return quantizer;
    }

    private static bool[] Kept(double drop)
    {
        float[] uniforms = new float[Count];
        new PinnedDraws().Fill(0, 0, uniforms);
        return Array.ConvertAll(uniforms, u => u < 1 - drop);
    }

    /// <summary>
    /// Values of which some lie beyond either end of the grid, −0.65 to 1.3, and none midway between two levels.
    /// </summary>
    private static Tensor Input() =>
        tensor([.. Enumerable.Range(0, Count).Select(i => (float)(Math.Sin(i * 12.9898) * 1.7 + 0.3))]);
}
