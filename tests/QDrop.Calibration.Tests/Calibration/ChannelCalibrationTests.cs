using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Calibration;

/// <summary>Whole calibrations in which each channel of an activation has a range of its own.</summary>
public sealed class ChannelCalibrationTests() : CalibrationTest(seed: 7)
{
    [Theory]
    [InlineData(RangeObserver.MinError, ActivationLearning.Lsq, CalibrationOrder.UpFront)]
    [InlineData(RangeObserver.AverageMinError, ActivationLearning.Lsq, CalibrationOrder.UnitByUnit)]
    [InlineData(RangeObserver.Percentile, ActivationLearning.LsqPlus, CalibrationOrder.UpFront)]
    [InlineData(RangeObserver.AverageMinMax, ActivationLearning.Fixed, CalibrationOrder.UnitByUnit)]
    public void A_network_of_convolutions(RangeObserver observer, ActivationLearning learning, CalibrationOrder order)
    {
        CalibrationOutcome outcome = Calibrate(
            ResidualNet.Descriptor,
            new ResidualNet(),
            randn(48, 3, 16, 16),
            s => s with { ActivationObserver = observer, ActivationLearning = learning, Order = order });

        Assert.Equal(
            [(1, 8), (1, 8), (1, 8), (1, 16), (1, 16)],
            outcome.State.Activations.Select(a => (a.Channels!.Axis, a.Channels.Scales.Count)));
        Assert.All(outcome.State.Activations, a => Assert.True(a.Channels!.Scales.Distinct().Count() > 1));
        Assert.All(outcome.Units, u => Assert.True(double.IsFinite(u.ErrorAfter)));
    }

    [Fact]
    public void Symmetric_grids_have_zero_in_the_middle_of_each()
    {
        CalibrationOutcome outcome = Calibrate(
            ResidualNet.Descriptor,
            new ResidualNet(),
            randn(48, 3, 16, 16),
            s => s with { SymmetricActivations = true });
        Assert.All(
            outcome.State.Activations,
            a => Assert.All(a.Channels!.ZeroPoints, zero => Assert.Equal(1 << (a.Bits - 1), zero)));
    }

    [Fact]
    public void A_network_of_sequences_has_channels_last_and_attention_weights_without()
    {
        CalibrationOutcome outcome = Calibrate(
            SentenceNet.Descriptor, new SentenceNet(), randint(1, 20, [66L, 6L], ScalarType.Int64), s => s);

        ActivationState weights = Assert.Single(outcome.State.Activations, a => a.Channels is null);
        Assert.EndsWith(".weights", weights.Name, StringComparison.Ordinal);
        Assert.All(
            outcome.State.Activations.Where(a => a.Channels is not null), a => Assert.InRange(a.Channels!.Axis, 1, 2));
        Assert.Contains(
            outcome.State.Activations, a => a.Name == "add.output" && a.Channels is { Axis: 2, Scales.Count: 8 });
    }

    [Fact]
    public void Where_scales_of_channels_differ_ranges_of_channels_leave_less_error()
    {
        manual_seed(3);
        using var model = new ResidualNet();
        using (no_grad())
            model.bn1.weight!.mul_(logspace(-1, 1, 8));
        Tensor inputs = randn(48, 3, 16, 16);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with { Method = Method.Nearest, W = 8, A = 3 };
        double one = ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs).Units[0].ErrorAfter;
        double many = ModelQuantizer
            .Quantize(ResidualNet.Descriptor, settings with { ActivationsPerChannel = true }, model, inputs)
            .Units[0]
            .ErrorAfter;
        Assert.True(many < one / 2, $"{one} with one range, {many} with one for each channel");
    }

    [Fact]
    public void A_calibration_that_was_stopped_gives_the_same_bytes()
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with
        {
            ActivationsPerChannel = true,
            ActivationLearning = ActivationLearning.LsqPlus,
        };
        var checkpoint = new CalibrationCheckpoint(Path.Combine(Folder, "checkpoint"));
        byte[] whole = Bytes(ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs));
        using var stop = new CancellationTokenSource();
        var progress = new Stopper(p => p.Phase == "reconstruct" && p.UnitIndex == 3, stop);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs, progress, stop.Token, checkpoint));
        Assert.Equal(
            whole,
            Bytes(ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs, checkpoint: checkpoint)));
    }

    private byte[] Bytes(CalibrationOutcome outcome)
    {
        string path = Path.Combine(Folder, "bytes.safetensors");
        Artifact.Write(path, outcome.State);
        return File.ReadAllBytes(path);
    }

    /// <summary>Calibrates, and holds what the artifact gives against the calibrated model.</summary>
    private CalibrationOutcome Calibrate(
        QuantizedModelDescriptor descriptor,
        Module<Tensor, Tensor> model,
        Tensor inputs,
        Func<QuantizationSettings, QuantizationSettings> change)
    {
        using (model)
        {
            CalibrationOutcome outcome = ModelQuantizer.Quantize(
                descriptor,
                change(descriptor.Settings with { ActivationsPerChannel = true }),
                model,
                inputs,
                insight: true);
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(path, outcome.State);
            Assert.Equal(outcome.State.Activations, Artifact.Read(path).Activations);
            using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(descriptor, path);
            using IDisposable guard = no_grad();
            Assert.True(loaded.call(inputs).isfinite().all().item<bool>());
            outcome.SaveReport(Path.Combine(Folder, "report.json"), path);
            Assert.All(outcome.Insight!.Activations, a => Assert.InRange(a.Clipped, 0, 1));
            Assert.Contains(
                "\"channels\"", File.ReadAllText(Path.Combine(Folder, "report.json")), StringComparison.Ordinal);
            return outcome;
        }
    }

    private sealed class Stopper(Func<CalibrationProgress, bool> when, CancellationTokenSource stop)
        : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (when(value))
                stop.Cancel();
        }
    }
}
