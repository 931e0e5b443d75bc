using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What each choice among the settings makes of a calibrated model.</summary>
public sealed class SettingTests() : CalibrationTest(seed: 7)
{
    [Theory]
    [InlineData(CalibrationOrder.UpFront)]
    [InlineData(CalibrationOrder.UnitByUnit)]
    public void Symmetric_grids_have_zero_in_the_middle_and_run(CalibrationOrder order)
    {
        CalibrationOutcome outcome = Calibrate(s =>
            s with
            {
                SymmetricWeights = true,
                SymmetricActivations = true,
                Order = order,
            });
        Assert.All(outcome.State.Activations, a => Assert.Equal(1 << (a.Bits - 1), a.ZeroPoint));
        Assert.All(
            outcome.State.Layers,
            l => Assert.All(l.ZeroPoint.data<float>().ToArray(), zero => Assert.Equal(1 << (l.Bits - 1), zero)));
    }

    [Fact]
    public void Weights_may_share_one_range()
    {
        CalibrationOutcome outcome = Calibrate(s => s with { WeightsPerChannel = false });
        Assert.All(outcome.State.Layers, l => Assert.Single(l.Scale.data<float>().ToArray().Distinct()));
    }

    [Theory]
    [InlineData(RangeObserver.AverageMinError)]
    [InlineData(RangeObserver.MinMax)]
    [InlineData(RangeObserver.AverageMinMax)]
    [InlineData(RangeObserver.Percentile)]
    public void Each_observer_of_activations_gives_ranges_of_its_own(RangeObserver observer)
    {
        CalibrationOutcome plain = Calibrate(s => s with { Method = Method.Nearest });
        CalibrationOutcome other = Calibrate(s =>
            s with
            {
                Method = Method.Nearest,
                ActivationObserver = observer,
                Percentile = 95,
            });
        CalibrationOutcome again = Calibrate(s =>
            s with
            {
                Method = Method.Nearest,
                ActivationObserver = observer,
                Percentile = 95,
                Order = CalibrationOrder.UnitByUnit,
            });
        Assert.NotEqual(plain.State.Activations, other.State.Activations);
        Assert.Equal(plain.State.Activations.Select(a => a.Name), again.State.Activations.Select(a => a.Name));
        // Weights are observed as before.
        Assert.All(
            plain.State.Layers.Zip(other.State.Layers),
            l => Assert.Equal(l.First.Scale.data<float>().ToArray(), l.Second.Scale.data<float>().ToArray()));
    }

    [Fact]
    public void The_least_values_of_a_batch_average_lie_within_those_of_all()
    {
        CalibrationOutcome all = Calibrate(s =>
            s with
            {
                Method = Method.Nearest,
                ActivationObserver = RangeObserver.MinMax,
            });
        CalibrationOutcome average = Calibrate(s =>
            s with
            {
                Method = Method.Nearest,
                ActivationObserver = RangeObserver.AverageMinMax,
            });
        Assert.All(
            all.State.Activations.Zip(average.State.Activations), a => Assert.True(a.Second.Scale <= a.First.Scale));
        Assert.Contains(all.State.Activations.Zip(average.State.Activations), a => a.Second.Scale < a.First.Scale);
    }

    [Fact]
    public void Fixed_grids_of_activations_stay_as_they_were_searched()
    {
        CalibrationOutcome nearest = Calibrate(s => s with { Method = Method.Nearest });
        CalibrationOutcome still = Calibrate(s => s with { ActivationLearning = ActivationLearning.Fixed });
        CalibrationOutcome learned = Calibrate(s => s);
        Assert.Equal(nearest.State.Activations, still.State.Activations);
        Assert.NotEqual(nearest.State.Activations, learned.State.Activations);
    }

    [Fact]
    public void A_learned_offset_gives_other_grids_with_whole_zero_points()
    {
        manual_seed(7);
        using var model = new PairNet();
        Tensor[] inputs = PairNet.Inputs(70);
        CalibrationOutcome lsq = Calibrate(ActivationLearning.Lsq), plus = Calibrate(ActivationLearning.LsqPlus);
        Assert.All(
            plus.State.Activations,
            static a => Assert.True(float.IsInteger(a.ZeroPoint) && a.ZeroPoint >= 0 && a.ZeroPoint < 1 << a.Bits));
        Assert.NotEqual(lsq.State.Activations, plus.State.Activations);

        CalibrationOutcome Calibrate(ActivationLearning learning) =>
            ModelQuantizer.Quantize(
                PairNet.Descriptor,
                PairNet.Descriptor.Settings with
                {
                    Iterations = 200,
                    ActivationLearning = learning,
                },
                model,
                inputs);
    }

    private CalibrationOutcome Calibrate(Func<QuantizationSettings, QuantizationSettings> change)
    {
        manual_seed(7);
        using var model = new ResidualNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ResidualNet.Descriptor, change(ResidualNet.Descriptor.Settings), model, randn(48, 3, 16, 16));
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, outcome.State);
        Assert.Equal(outcome.State.Activations, Artifact.Read(path).Activations);
        return outcome;
    }
}
