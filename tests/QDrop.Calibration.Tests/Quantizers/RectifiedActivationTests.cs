using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>ReLU and quantizer in one pass give, to the bit, what they give one after the other.</summary>
public sealed class RectifiedActivationTests
{
    private readonly GradientTape _tape = new();

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void While_learning(double drop) =>
        Same(quantizer => quantizer.Calibration.BeginLearning(drop, new PinnedDraws(), _tape), learns: true);

    [Fact]
    public void While_the_offset_is_learned() =>
        Same(
            quantizer => quantizer.Calibration.BeginLearning(0.5, new PinnedDraws(), _tape, ActivationLearning.LsqPlus),
            learns: true);

    [Fact]
    public void Without_learning() => Same(static _ => { }, learns: false);

    [Fact]
    public void Not_enabled() => Same(static quantizer => quantizer.Enabled = false, learns: false);

    [Fact]
    public void Observing() => Same(static quantizer => quantizer.Calibration.Observing = true, learns: false);

    private void Same(Action<ActivationQuantizer> prepare, bool learns)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        // Not a multiple of a vector's length, and with zeros of both signs.
        Tensor values = randn(3, 7, 5, 5), flow = randn(3, 7, 5, 5);
        values.view(-1)[0] = 0;
        values.view(-1)[1] = -0f;
        values.view(-1)[^1] = -0.01f;
        // A zero point above 0 leaves levels below it that only ReLU keeps empty.
        (float[] y, float[] x, float[] scale) apart = Run(static (quantizer, x) => quantizer.Forward(x.relu())),
            together = Run(static (quantizer, x) => quantizer.ForwardRectified(x));
        Assert.Equal(apart.y, together.y);
        Assert.Equal(apart.x, together.x);
        Assert.Equal(apart.scale, together.scale);

        (float[] Y, float[] X, float[] Scale) Run(Func<ActivationQuantizer, Tensor, Tensor> forward)
        {
            using var quantizer = new ActivationQuantizer("a");
            quantizer.Restore(3, 0.2f, 2);
            prepare(quantizer);
            Tensor x = values.clone().requires_grad_(learns);
            Tensor y = forward(quantizer, x);
            if (learns)
                _tape.Backward([y], [flow]);
            return (
                Near.Values(y.detach()),
                x.grad is null ? [] : Near.Values(x.grad),
                quantizer.Calibration.Learning?.ScaleGradient ?? Near.Values(quantizer.Scale!));
        }
    }
}
