using System.Text.Json;
using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Activation quantizers while their range is searched and their scale is learned.</summary>
public sealed class ActivationCalibrationTests
{
    private readonly GradientTape _tape = new();

    public static IEnumerable<object[]> Cases => GoldenVectors.Cases("lsq");

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_are_those_of_the_published_implementation(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("lsq", index);
        using ActivationQuantizer quantizer = Learning(golden, drop: 0);
        Tensor x = golden.Tensor("input").requires_grad_();

        Tensor y = quantizer.Forward(x);
        _tape.Backward([y], [golden.Tensor("grad_output")]);

        Near.Equal(golden.Floats("output"), y);
        Near.Equal(golden.Floats("grad_input"), x.grad!);
        Near.Equal(golden.Floats("grad_scale"), quantizer.Calibration.Learning!.ScaleGradient!);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Channels_last_gives_the_same_and_stays(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("lsq", index);
        using ActivationQuantizer quantizer = Learning(golden, drop: 0);
        Tensor x = ChannelsLast(golden.Tensor("input")).requires_grad_();

        Tensor y = quantizer.Forward(x);
        _tape.Backward([y], [golden.Tensor("grad_output")]);

        Assert.Equal(x.stride(), y.stride());
        Near.Equal(golden.Floats("output"), y);
        Near.Equal(golden.Floats("grad_input"), x.grad!);
        Near.Equal(golden.Floats("grad_scale"), quantizer.Calibration.Learning!.ScaleGradient!);
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    public void Dropped_elements_pass_unchanged_in_both_directions(double drop)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("lsq", 3);
        using ActivationQuantizer quantizer = Learning(golden, drop);
        var draws = new PinnedDraws();
        float[] uniforms = new float[600];
        draws.Fill(0, 0, uniforms);
        Tensor x = golden.Tensor("input").requires_grad_();
        (float[]? input, float[]? output, float[]? flow) = (
            golden.Floats("input"), golden.Floats("output"), golden.Floats("grad_output"));

        Tensor y = quantizer.Forward(x);
        _tape.Backward([y], [golden.Tensor("grad_output")]);

        bool[] kept = Array.ConvertAll(uniforms, u => u < 1 - drop);
        Assert.InRange(kept.Count(k => k) / 600.0, 0.98 - drop, 1.02 - drop);
        Near.Equal([.. kept.Select((k, i) => k ? output[i] : input[i])], y);
        Near.Equal([.. kept.Select((k, i) => k ? golden.Floats("grad_input")[i] : flow[i])], x.grad!);

        // Only elements that were quantized move the scale: the others' share, computed from the formula, is missing.
        (float scale, float zero) = (golden.Floats("scale")[0], golden.Floats("zero_point")[0]);
        double expected = Enumerable.Range(0, 600).Where(i => kept[i]).Sum(i =>
        {
            (double ratio, double level) = ((double)input[i] / scale, Math.Round(input[i] / scale) + zero);
            bool inside = level is >= 0 and <= 15;
            return flow[i] * (Math.Clamp(level, 0, 15) - zero - (inside ? ratio : 0));
        }) / Math.Sqrt(600 * 15);
        Near.Equal([(float)expected], quantizer.Calibration.Learning!.ScaleGradient!, 1e-4);
    }

    [Fact]
    public void With_everything_dropped_the_input_itself_comes_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Learning(GoldenVectors.Case("lsq", 0), drop: 1);
        Tensor x = zeros([2L, 2L]);
        Assert.Same(x, quantizer.Forward(x));
    }

    [Fact]
    public void Observing_finds_the_range_and_leaves_values_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("observers", 0);
        using var quantizer = new ActivationQuantizer("a") { Bits = 4, Calibration = { Observing = true } };
        Tensor x = golden.Tensor("input");
        Assert.Same(x, quantizer.Forward(x));
        Near.Equal(golden.Floats("scale"), quantizer.Scale!);
    }

    private ActivationQuantizer Learning(System.Text.Json.JsonElement golden, double drop)
    {
        var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(golden.Whole("bit"), golden.Floats("scale")[0], golden.Floats("zero_point")[0]);
        quantizer.Calibration.BeginLearning(drop, new PinnedDraws(), _tape);
        return quantizer;
    }

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
