using QDrop.Calibration.Training;
using QDrop.Layers;
using QDrop.Layers.Families;
using QDrop.Quantizers;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Training;

/// <summary>The batch norm of a trained layer goes into its grid exactly.</summary>
public sealed class FoldingTests
{
    [Theory]
    [InlineData(false, 1, true)]
    [InlineData(false, 1, false)]
    [InlineData(true, 1, true)]
    [InlineData(true, 5, true)]
    public void The_folded_layer_computes_what_layer_and_batch_norm_compute(bool transposed, long groups, bool bias)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        long inputs = groups == 1 ? 3 : groups;
        Module module = transposed
            ? ConvTranspose2d(inputs, 5, 3, groups: groups, bias: bias)
            : Conv2d(inputs, 5, 3, bias: bias);
        BatchNorm2d norm = BatchNorm2d(5);
        using (no_grad())
        {
            norm.weight!.copy_(tensor([1.5f, -0.7f, 0, 1e-42f, -2]));
            norm.bias!.copy_(randn(5));
            norm.running_mean!.copy_(randn(5));
            norm.running_var!.copy_(rand(5) + 0.5);
        }
        LayerSource source = LayerFamilies.SourceOf("layer", module);
        var quantizer = new TrainedQuantizer(
            "layer",
            [new(CategoricalGrid.OfWeights(3), 0.05f)],
            ofWeights: true,
            Method.Cpq,
            new(),
            pinned: false,
            new())
        {
            Evaluating = true,
        };
        var layer = new TrainedLayer(source, norm, quantizer);
        Tensor x = randn(2, inputs, 6, 6);
        Tensor expected = layer.Forward(x).detach();

        FoldedLayer folded = layer.Fold();
        using var weight = WeightQuantizer.FromLevels(
            "layer", folded.Levels, tensor(folded.Scale), tensor(folded.ZeroPoint), folded.Bits, source.ChannelAxis);
        Tensor found = source.Apply(x, weight.Value(), folded.Bias);

        Assert.InRange((found - expected).abs().max().item<float>(), 0, 1e-5f);
        Assert.Equal([4, 3, 4, 4, 3], folded.ZeroPoint);
        Assert.All(folded.Scale, static s => Assert.True(float.IsNormal(s) && s > 0));
        // The levels of a channel with a positive factor are those of the raw weight.
        Tensor raw = (source.Weight / 0.05f).round().clamp(-4, 3) + 4;
        Assert.True(
            folded.Levels.select(source.ChannelAxis, 0).eq(raw.select(source.ChannelAxis, 0)).all().item<bool>());
        Assert.True(
            folded.Levels.select(source.ChannelAxis, 1).eq(7 - raw.select(source.ChannelAxis, 1)).all().item<bool>());
    }
}
