using System.Text.Json;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>
/// The residual block of the golden reconstructions: conv, relu, conv, add, relu, behind a stem of conv and relu.
/// </summary>
internal sealed class GoldenBlock : IReconstructable, IDisposable
{
    private readonly JsonElement _golden;
    private readonly Tensor _bias1;
    private readonly Tensor _bias2;

    public GoldenBlock(JsonElement golden)
    {
        _golden = golden;
        (_bias1, _bias2) = (golden.Tensor("conv1_bias"), golden.Tensor("conv2_bias"));
        Weights = [Weight("conv1"), Weight("conv2")];
        Activations =
        [
            Activation("conv1", golden.Floats("act_scales_init")[0]),
            Activation("out", golden.Floats("act_scales_init")[1]),
        ];
    }

    public string Name => "block";

    public IReadOnlyList<WeightQuantizer> Weights { get; }

    public IReadOnlyList<ActivationQuantizer> Activations { get; }

    /// <summary>The stem's output on all inputs: float, and as the quantized network has it.</summary>
    public (Tensor Float, Tensor Quantized) Inputs()
    {
        using DisposeScope scope = NewDisposeScope();
        using var stem = new WeightQuantizer("stem", _golden.Tensor("stem_weight"), 0)
        {
            Bits = _golden.Whole("W"),
            Enabled = true,
        };
        stem.Calibration.SearchRange();
        using var activation = new ActivationQuantizer("stem");
        activation.Restore(_golden.Whole("A"), (float)_golden.Number("stem_scale"), 0);
        Tensor x = _golden.Tensor("input"), bias = _golden.Tensor("stem_bias");
        Tensor plain = nn.functional.relu(nn.functional.conv2d(x, stem.Weight, bias, padding: [1, 1]));
        Tensor quantized = activation.Forward(
            nn.functional.relu(nn.functional.conv2d(x, stem.Value(), bias, padding: [1, 1])));
        return (plain.MoveToOuterDisposeScope(), quantized.MoveToOuterDisposeScope());
    }

    /// <summary>The block's output with all quantizers off.</summary>
    public Tensor Float(Tensor x)
    {
        Enable(false);
        Tensor y = Forward(x);
        Enable(true);
        return y;
    }

    public Tensor Forward(Tensor x)
    {
        Tensor y = Activations[0]
            .Forward(nn.functional.relu(nn.functional.conv2d(x, Weights[0].Value(), _bias1, padding: [1, 1])));
        y = nn.functional.conv2d(y, Weights[1].Value(), _bias2, padding: [1, 1]);
        return Activations[1].Forward(nn.functional.relu(y + x));
    }

    Bundle IReconstructable.Forward(Bundle inputs) => new([Forward(inputs.Single)]);

    public void Dispose()
    {
        foreach (WeightQuantizer weight in Weights)
            weight.Dispose();
        foreach (ActivationQuantizer activation in Activations)
            activation.Dispose();
    }

    private void Enable(bool enabled)
    {
        foreach (WeightQuantizer weight in Weights)
            weight.Enabled = enabled;
        foreach (ActivationQuantizer activation in Activations)
            activation.Enabled = enabled;
    }

    private WeightQuantizer Weight(string name)
    {
        var quantizer = new WeightQuantizer(name, _golden.Tensor(name + "_weight"), 0)
        {
            Bits = _golden.Whole("W"),
            Enabled = true,
        };
        quantizer.Calibration.SearchRange();
        return quantizer;
    }

    private ActivationQuantizer Activation(string name, float scale)
    {
        var quantizer = new ActivationQuantizer(name);
        quantizer.Restore(_golden.Whole("A"), scale, 0);
        return quantizer;
    }
}
