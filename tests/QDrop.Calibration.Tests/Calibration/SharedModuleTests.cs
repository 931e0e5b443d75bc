using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Artifacts of models in which a module stands in two fields, and weights are tied.</summary>
public sealed class SharedModuleTests() : CalibrationTest(seed: 5)
{
    private readonly Tensor _inputs = randint(0, 20, [16L, 6L], ScalarType.Int64);

    [Fact]
    public void What_a_module_in_two_fields_has_is_in_the_artifact_once()
    {
        QuantizedModelState state = Calibrated();
        Assert.Equal(["tokens", "first", "head"], state.Layers.Select(static l => l.Name));
        Assert.Equal(["norm.bias", "norm.weight"], state.FloatTensors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_artifact_gives_what_the_calibrated_model_gives()
    {
        using var model = new TwoFieldsNet();
        using (no_grad())
            model.norm.weight!.uniform_(0.5, 2);
        QuantizedModelState state = Calibrated(model);
        using QuantizedModule<Tensor, Tensor> loaded = Load(state);
        using IDisposable guard = no_grad();
        Tensor expected = model.call(_inputs), found = loaded.call(_inputs);
        double error = ((found - expected).norm() / expected.norm()).ToDouble();
        Assert.InRange(error, 1e-6, 0.05);
    }

    [Fact]
    public void An_artifact_of_before_with_the_weights_under_both_names_is_loaded()
    {
        QuantizedModelState state = Calibrated();
        QuantizedModelState before = state with
        {
            FloatTensors = new Dictionary<string, Tensor>(state.FloatTensors)
            {
                ["last.weight"] = state.FloatTensors["norm.weight"],
                ["second.weight"] = zeros(8, 8),
            },
        };
        using QuantizedModule<Tensor, Tensor> now = Load(state), then = Load(before);
        using IDisposable guard = no_grad();
        Assert.True(now.call(_inputs).eq(then.call(_inputs)).all().ToBoolean());
    }

    [Fact]
    public void An_artifact_without_a_tensor_of_the_model_is_refused_with_its_name()
    {
        QuantizedModelState state = Calibrated();
        QuantizedModelState less = state with
        {
            FloatTensors = state.FloatTensors.Where(static t => t.Key != "norm.bias")
                .ToDictionary(static t => t.Key, static t => t.Value),
        };
        QDropException error = Assert.Throws<QDropException>(() => Load(less));
        Assert.Equal("QDROP253", error.Code);
        Assert.Contains("it lacks 'norm.bias' of shape [8]", error.Message, StringComparison.Ordinal);
    }

    private QuantizedModelState Calibrated(TwoFieldsNet? model = null)
    {
        using var own = new TwoFieldsNet();
        return ModelQuantizer.Quantize(
            TwoFieldsNet.Descriptor, TwoFieldsNet.Descriptor.Settings, model ?? own, _inputs).State;
    }

    private QuantizedModule<Tensor, Tensor> Load(QuantizedModelState state)
    {
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, state);
        return QuantizedModel.Load(TwoFieldsNet.Descriptor, path);
    }
}
