using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Whole calibrations whose scales are powers of two.</summary>
public sealed class PowerOfTwoCalibrationTests() : CalibrationTest(seed: 7)
{
    [Theory]
    [InlineData(Scale.PowerOfTwo, Method.QDrop)]
    [InlineData(Scale.PowerOfTwo, Method.Brecq)]
    [InlineData(Scale.PowerOfTwo, Method.AdaRound)]
    [InlineData(Scale.PowerOfTwo, Method.Nearest)]
    [InlineData(Scale.NearestPowerOfTwo, Method.QDrop)]
    [InlineData(Scale.NearestPowerOfTwo, Method.Nearest)]
    public void All_scales_are_powers_of_two_and_the_artifact_has_their_exponents(Scale scale, Method method)
    {
        CalibrationOutcome outcome = Calibrate(s => s with { Scale = scale, Method = method, W = 2 });
        CheckScales(outcome.State);
    }

    [Theory]
    [InlineData(Scale.PowerOfTwo, false, true, false)]
    [InlineData(Scale.PowerOfTwo, true, false, false)]
    [InlineData(Scale.PowerOfTwo, true, true, true)]
    [InlineData(Scale.NearestPowerOfTwo, true, true, false)]
    public void So_they_are_whatever_the_grids_are_like(
        Scale scale, bool weightsPerChannel, bool activationsPerChannel, bool symmetric)
    {
        CalibrationOutcome outcome = Calibrate(s => s with
        {
            Scale = scale,
            WeightsPerChannel = weightsPerChannel,
            ActivationsPerChannel = activationsPerChannel,
            SymmetricWeights = symmetric,
            SymmetricActivations = symmetric,
            Order = CalibrationOrder.UnitByUnit,
        });
        CheckScales(outcome.State);
        if (!weightsPerChannel)
            Assert.All(outcome.State.Layers, l => Assert.Single(l.Exponents()!.Distinct()));
        if (symmetric)
            Assert.All(
                outcome.State.Layers,
                l => Assert.All(l.ZeroPoint.data<float>().ToArray(), zero => Assert.Equal(1 << (l.Bits - 1), zero)));
    }

    [Fact]
    public void Units_report_the_power_that_was_chosen_and_how_many_exponents_had_settled()
    {
        CalibrationOutcome learned = Calibrate(s => s with { Scale = Scale.PowerOfTwo, Norm = Norm.Auto });
        Assert.All(learned.Units, u => Assert.InRange(u.Norm, 1, 4));
        Assert.True(learned.Units.Select(u => u.Norm).Distinct().Count() > 1);
        Assert.All(learned.Units, u => Assert.InRange(u.SettledExponents, 0, 1));
        CalibrationOutcome squares = Calibrate(s => s with { Scale = Scale.PowerOfTwo });
        Assert.All(squares.Units, u => Assert.Equal(2, u.Norm));
        CalibrationOutcome fisher = Calibrate(s => s with { Scale = Scale.PowerOfTwo, Loss = LossKind.Fisher });
        Assert.All(fisher.Units, u => Assert.Equal(2, u.Norm));
        CheckScales(fisher.State);
    }

    [Fact]
    public void Naive_exponents_are_those_nearest_to_the_searched_scales()
    {
        CalibrationOutcome free = Calibrate(s => s with { Method = Method.Nearest }),
            naive = Calibrate(s => s with { Scale = Scale.NearestPowerOfTwo });
        foreach ((QuantizedLayerState? own, QuantizedLayerState? other) in free.State.Layers.Zip(naive.State.Layers))
            Assert.Equal(
                own.Scale.data<float>().ToArray().Select(s => Math.Pow(2, Math.Round(Math.Log2(s)))),
                other.Scale.data<float>().ToArray().Select(s => (double)s));
        foreach ((ActivationState? own, ActivationState? other) in free.State.Activations.Zip(naive.State.Activations))
            Assert.Equal(Math.Pow(2, Math.Round(Math.Log2(own.Scale))), other.Scale);
        Assert.All(naive.Units, u => Assert.True(double.IsNaN(u.SettledExponents)));
    }

    [Fact]
    public void Learned_exponents_are_nearer_to_the_float_model_than_naive_ones()
    {
        QuantizationSettings Settings(QuantizationSettings s, Scale scale) =>
            s with
            {
                W = 2,
                Scale = scale,
                Iterations = 200,
            };
        CalibrationOutcome naive = Calibrate(s => Settings(s, Scale.NearestPowerOfTwo)),
            learned = Calibrate(s => Settings(s, Scale.PowerOfTwo));
        Assert.True(learned.Units.Sum(u => u.ErrorAfter) < naive.Units.Sum(u => u.ErrorAfter));
    }

    [Fact]
    public void A_calibration_that_is_resumed_gives_the_same_bytes()
    {
        string file = Path.Combine(Folder, "checkpoint");
        CalibrationOutcome whole = Calibrate(s => s with { Scale = Scale.PowerOfTwo });
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Calibrate(
                s => s with { Scale = Scale.PowerOfTwo },
                new CalibrationCheckpoint(file),
                new StopAt(3, stop),
                stop.Token));
        CalibrationOutcome resumed = Calibrate(
            s => s with { Scale = Scale.PowerOfTwo }, new CalibrationCheckpoint(file));
        Assert.Equal(whole.State.Activations, resumed.State.Activations);
        foreach ((QuantizedLayerState? one, QuantizedLayerState? other) in whole.State.Layers.Zip(resumed.State.Layers))
        {
            Assert.Equal(one.Exponents(), other.Exponents());
            Assert.Equal(one.Levels.data<byte>().ToArray(), other.Levels.data<byte>().ToArray());
        }
        Assert.Equal(whole.Units.Select(u => u.SettledExponents), resumed.Units.Select(u => u.SettledExponents));
    }

    private void CheckScales(QuantizedModelState state)
    {
        Assert.All(state.Layers, l => Assert.NotNull(l.Exponents()));
        Assert.All(state.Activations, a => Assert.NotNull(a.Exponents()));
        string path = Path.Combine(Folder, "powers.safetensors");
        Artifact.Write(path, state);
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(path);
        Assert.Equal("1", metadata["format_version"]);
        Assert.DoesNotContain(tensors.Keys, name => name.EndsWith("scale", StringComparison.Ordinal));
        foreach (QuantizedLayerState layer in state.Layers)
        {
            Assert.Equal(ScalarType.Int8, tensors[$"quantized.{layer.Name}.exponent"].dtype);
            Assert.Equal(
                layer.Exponents()!.Select(k => (sbyte)k),
                tensors[$"quantized.{layer.Name}.exponent"].data<sbyte>().ToArray());
        }
        Assert.Equal(
            state.Activations.SelectMany(a => a.Exponents()!).Select(k => (sbyte)k),
            tensors["activations.exponent"].data<sbyte>().ToArray());
        QuantizedModelState read = Artifact.Read(path);
        Assert.Equal(state.Activations, read.Activations);
        foreach ((QuantizedLayerState? one, QuantizedLayerState? other) in state.Layers.Zip(read.Layers))
            Assert.Equal(one.Scale.data<float>().ToArray(), other.Scale.data<float>().ToArray());
        Assert.Equal(state.Manifest.Settings, read.Manifest.Settings);
    }

    private static CalibrationOutcome Calibrate(
        Func<QuantizationSettings, QuantizationSettings> change,
        CalibrationCheckpoint? checkpoint = null,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        manual_seed(7);
        using var model = new ResidualNet();
        return ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            change(ResidualNet.Descriptor.Settings),
            model,
            randn(48, 3, 16, 16),
            progress,
            cancellation,
            checkpoint);
    }

    /// <summary>Cancels when a unit begins.</summary>
    private sealed class StopAt(int unit, CancellationTokenSource source) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (value.UnitIndex == unit)
                source.Cancel();
        }
    }
}
