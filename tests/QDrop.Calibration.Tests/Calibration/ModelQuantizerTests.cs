using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Safetensors;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Calibration of a whole model, from float weights to an artifact that runs.</summary>
public sealed class ModelQuantizerTests() : CalibrationTest(seed: 7)
{
    private static QuantizationSettings Settings => ResidualNet.Descriptor.Settings;

    private static CalibrationOutcome Calibrate(ResidualNet model, Tensor inputs, QuantizationSettings settings) =>
        ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs);

    [Fact]
    public void Units_are_the_stem_the_blocks_and_the_head()
    {
        using var model = new ResidualNet();
        CalibrationOutcome outcome = Calibrate(model, randn(48, 3, 16, 16), Settings);
        Assert.Equal(["conv1", "layers.0", "layers.1", "linear"], outcome.State.Manifest.Units.Select(u => u.Name));
        Assert.Equal([false, true, true, false], outcome.State.Manifest.Units.Select(u => u.IsBlock));
        Assert.Equal(["layers.1.conv1", "layers.1.conv2"], outcome.State.Manifest.Units[2].Layers);
        Assert.Equal(["layers.1.conv1.output", "layers.1.add.output"], outcome.State.Manifest.Units[2].Activations);
    }

    [Fact]
    public void The_first_and_last_layer_and_the_last_layers_input_have_8_bits()
    {
        using var model = new ResidualNet();
        CalibrationOutcome outcome = Calibrate(
            model,
            randn(48, 3, 16, 16),
            Settings with
            {
                W = 2,
                A = 3,
                Method = Method.Nearest,
            });
        Assert.Equal([8, 2, 2, 2, 2, 8], outcome.State.Layers.Select(l => l.Bits));
        Assert.Equal([3, 3, 3, 3, 8], outcome.State.Activations.Select(a => a.Bits));
    }

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.Brecq)]
    [InlineData(Method.AdaRound)]
    [InlineData(Method.Nearest)]
    public void The_artifact_runs_as_the_calibrated_model_did(Method method)
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        CalibrationOutcome outcome = Calibrate(model, inputs, Settings with { Method = method });
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(ResidualNet.Descriptor, path);
        Tensor expected = model.call(inputs), found = loaded.call(inputs);
        double relative = (found - expected).square().mean().ToDouble() / expected.square().mean().ToDouble();
        Assert.InRange(relative, 1e-9, 0.5);
        Assert.All(loaded.Context.Layers, l => Assert.True(l.Weight.Enabled));
        Assert.All(loaded.Context.Activations, a => Assert.True(a.Enabled));
        // Every weight lies on its grid of 2^bits levels per channel.
        Assert.All(
            loaded.Context.Layers,
            l =>
                Assert.InRange(
                    l.Weight.Value().flatten(1)[0].data<float>().ToArray().Distinct().Count(), 1, 1 << l.Weight.Bits));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_result_is_the_same_where_the_caller_wants_no_gradients(bool inference)
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        string expected = Levels();
        using (inference ? inference_mode() : no_grad())
        {
            Assert.Equal(expected, Levels());
            Assert.False(is_grad_enabled());
            Assert.Equal(inference, is_inference_mode_enabled());
        }

        string Levels() =>
            TensorHash.Of(Calibrate(model, inputs, Settings)
                .State.Layers.Select(static l => KeyValuePair.Create(l.Name, l.Levels)));
    }

    [Theory]
    [InlineData("conv1.weight", float.NaN, "NaN or infinite")]
    [InlineData("bn1.running_var", -1f, "a variance below zero (-1)")]
    public void A_value_that_no_weights_have_is_named(string name, float value, string expected)
    {
        using var model = new ResidualNet();
        using (no_grad())
            model.state_dict()[name].view(-1)[1] = value;
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(model, randn(48, 3, 16, 16), Settings));
        Assert.Equal("QDROP212", error.Code);
        Assert.Contains($"'{name}' (element 1 of", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_bits_rounded_to_nearest_stay_within_5_percent_of_the_float_model()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        CalibrationOutcome outcome = Calibrate(model, inputs, Settings with { W = 8, A = 8, Method = Method.Nearest });
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        using IDisposable guard = no_grad();
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(ResidualNet.Descriptor, path);
        Tensor expected = model.call(inputs), found = loaded.call(inputs);
        Assert.InRange((found - expected).norm().ToDouble() / expected.norm().ToDouble(), 0, 0.05);
    }

    [Fact]
    public void Reconstruction_lowers_the_error_of_units_at_2_bits()
    {
        using var model = new ResidualNet();
        CalibrationOutcome outcome = Calibrate(
            model,
            randn(48, 3, 16, 16),
            Settings with
            {
                W = 2,
                A = 4,
                Iterations = 300,
                LearningRate = 1e-2,
            });
        Assert.All(
            outcome.Units.Where(u => u.IsBlock),
            u => Assert.True(u.ErrorAfter < u.ErrorBefore, $"{u.Name}: {u.ErrorBefore} → {u.ErrorAfter}"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_other_ones()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        byte[] Bytes(long seed)
        {
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(
                path,
                Calibrate(
                    model,
                    inputs,
                    Settings with
                    {
                        W = 2,
                        Iterations = 60,
                        LearningRate = 1e-2,
                        Seed = seed,
                    }).State);
            return File.ReadAllBytes(path);
        }
        byte[] first = Bytes(1);
        Assert.Equal(first, Bytes(1));
        Assert.NotEqual(first, Bytes(2));
    }

    [Fact]
    public void Unit_by_unit_ranges_differ_from_those_found_up_front()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        float[] Scales(CalibrationOrder order) =>
            [
                .. Calibrate(model, inputs, Settings with { W = 2, A = 2, Method = Method.Nearest, Order = order })
                    .State.Activations.Select(a => a.Scale),
            ];
        float[] upFront = Scales(CalibrationOrder.UpFront), unitByUnit = Scales(CalibrationOrder.UnitByUnit);
        Assert.Equal(upFront[0], unitByUnit[0]);
        Assert.NotEqual(upFront[^1], unitByUnit[^1]);
    }

    [Fact]
    public void A_model_loaded_in_a_dispose_scope_runs_after_the_scope_has_ended()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, Calibrate(model, inputs, Settings with { Method = Method.Nearest }).State);
        QuantizedModule<Tensor, Tensor> loaded;
        using (NewDisposeScope())
            loaded = QuantizedModel.Load(ResidualNet.Descriptor, path);
        using (loaded)
        using (no_grad())
        using (NewDisposeScope())
            Assert.Equal([48, 10], loaded.call(inputs).shape);
    }

    [Fact]
    public void Fewer_inputs_than_asked_for_are_an_error()
    {
        using var model = new ResidualNet();
        Assert.Equal(
            "QDROP223", Assert.Throws<QDropException>(() => Calibrate(model, randn(47, 3, 16, 16), Settings)).Code);
    }

    [Fact]
    public void An_artifact_of_other_code_is_refused()
    {
        using var model = new ResidualNet();
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, Calibrate(model, randn(48, 3, 16, 16), Settings with { Method = Method.Nearest }).State);
        QuantizedModelDescriptor changed = ResidualNet.Descriptor with { Fingerprint = new string('b', 64) };
        Assert.Equal("QDROP253", Assert.Throws<QDropException>(() => QuantizedModel.Load(changed, path)).Code);
    }

    [Fact]
    public void Inputs_that_the_model_cannot_take_are_an_error_that_gives_their_shape()
    {
        using var model = new ResidualNet();
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(model, randn(48, 5, 16, 16), Settings));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("[2, 5, 16, 16]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancellation_stops_the_calibration()
    {
        using var model = new ResidualNet();
        using var source = new CancellationTokenSource();
        var progress = new CancelAt("reconstruct", source);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                Settings with
                {
                    Iterations = 1_000_000,
                },
                model,
                randn(48, 3, 16, 16),
                progress,
                source.Token));
    }

    private sealed class CancelAt(string phase, CancellationTokenSource source) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (value.Phase == phase)
                source.Cancel();
        }
    }
}
