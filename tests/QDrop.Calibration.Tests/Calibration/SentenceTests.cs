using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Calibration of a model with embeddings and multi-head attention.</summary>
public sealed class SentenceTests() : CalibrationTest(seed: 11)
{
    private static QuantizationSettings Settings => SentenceNet.Descriptor.Settings;

    private static Tensor Ids(int samples)
    {
        Tensor ids = randint(1, 20, [samples, 6]);
        // Every second sentence is two tokens shorter.
        ids[TensorIndex.Slice(0, null, 2), TensorIndex.Slice(4)] = tensor(0L);
        return ids;
    }

    [Fact]
    public void A_twin_with_its_quantizers_off_computes_what_the_model_computes()
    {
        using var model = new SentenceNet();
        model.eval();
        using QuantizedModule<Tensor, Tensor> twin = QuantizedModel.Create(SentenceNet.Descriptor, model);
        using IDisposable guard = no_grad();
        Tensor ids = Ids(4), expected = model.call(ids);
        Assert.InRange((twin.call(ids) - expected).abs().max().ToDouble() / expected.abs().max().ToDouble(), 0, 1e-5);
    }

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.AdaRound)]
    [InlineData(Method.Nearest)]
    public void Eight_bits_stay_near_the_float_model_and_the_artifact_runs(Method method)
    {
        using var model = new SentenceNet();
        Tensor ids = Ids(66);
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            Settings with
            {
                W = 8,
                A = 8,
                Method = method,
            },
            model,
            ids);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        QuantizedModule<Tensor, Tensor> loaded;
        // What is loaded outlives the scope in which it is loaded.
        using (NewDisposeScope())
            loaded = QuantizedModel.Load(SentenceNet.Descriptor, path);
        using QuantizedModule<Tensor, Tensor> owned = loaded;
        Tensor expected = model.call(ids), found = owned.call(ids);
        Assert.InRange((found - expected).norm().ToDouble() / expected.norm().ToDouble(), 1e-6, 0.05);
        Assert.DoesNotContain("layer.attention.in_proj_weight", outcome.State.FloatTensors.Keys);
        Assert.Contains("layer.norm1.weight", outcome.State.FloatTensors.Keys);
    }

    [Fact]
    public void Units_are_the_embeddings_the_block_and_the_head()
    {
        using var model = new SentenceNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(SentenceNet.Descriptor, Settings, model, Ids(66));
        IReadOnlyList<UnitState> units = outcome.State.Manifest.Units;
        Assert.Equal(["tokens", "positions", "layer", "head"], units.Select(u => u.Name));
        Assert.Equal(
            ["layer.attention.in_proj", "layer.attention.out_proj", "layer.up", "layer.down"], units[2].Layers);
        Assert.Equal([8, 4, 4, 4, 4, 4, 8], outcome.State.Layers.Select(l => l.Bits));
    }

    [Fact]
    public void Layer_by_layer_the_projections_are_units_of_their_own()
    {
        using var model = new SentenceNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            Settings with
            {
                Method = Method.AdaRound,
            },
            model,
            Ids(66));
        Assert.Equal(
            [
                "tokens",
                "positions",
                "layer.attention.in_proj",
                "layer.attention.out_proj",
                "layer.up",
                "layer.down",
                "head",
            ],
            outcome.Units.Select(u => u.Name));
    }

    [Fact]
    public void Embeddings_have_a_grid_for_each_row_and_are_rounded_to_nearest()
    {
        using var model = new SentenceNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            Settings with
            {
                W = 3,
                FirstLast = 3,
            },
            model,
            Ids(66));
        QuantizedLayerState tokens = outcome.State.Layers[0];
        Assert.Equal([20], tokens.Scale.shape);
        Tensor value =
            (tokens.Levels.to(ScalarType.Float32) - tokens.ZeroPoint.unsqueeze(1)) * tokens.Scale.unsqueeze(1);
        // The row of the padding token is zeros and stays so.
        Assert.Equal(0, value[0].abs().max().item<float>());
        Tensor error = (value - model.tokens.weight!.detach()).abs();
        Tensor inside = tokens.Levels.gt(0).logical_and(tokens.Levels.lt(7));
        Assert.True((error / tokens.Scale.unsqueeze(1)).masked_select(inside).max().item<float>() <= 0.5001f);
    }

    [Fact]
    public void Reconstruction_lowers_the_error_of_the_block()
    {
        using var model = new SentenceNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            Settings with
            {
                W = 2,
                A = 4,
                Iterations = 300,
                LearningRate = 1e-2,
            },
            model,
            Ids(66));
        UnitReport block = Assert.Single(outcome.Units, u => u.IsBlock);
        Assert.True(block.ErrorAfter < block.ErrorBefore, $"{block.ErrorBefore} → {block.ErrorAfter}");
    }
}
