using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What a calibration tells while it runs.</summary>
public sealed class ProgressTests() : CalibrationTest(seed: 7)
{
    private static QuantizationSettings Settings => ResidualNet.Descriptor.Settings;

    [Fact]
    public void A_unit_tells_its_losses_apart_how_much_is_settled_and_the_time_left()
    {
        List<CalibrationProgress> told = Told(Settings);
        IEnumerable<CalibrationProgress> learning = told.Where(static p => p.Iteration > 0);
        Assert.Equal([1, 2, 3, 4], learning.Select(static p => p.UnitIndex).Distinct());
        Assert.All(learning, static p =>
        {
            Assert.Equal(p.Loss, p.ReconstructionLoss + p.RoundingLoss, 1e-9 * p.Loss);
            Assert.InRange(p.Settled!.Value, 0, 1);
            Assert.NotNull(p.TimeLeft);
        });
        CalibrationProgress last = learning.Last();
        Assert.Equal((20, 4), (last.Iteration, last.UnitCount));
        Assert.True(last.RoundingLoss > 0, "The rounding regulariser is missing.");
        Assert.Equal(TimeSpan.Zero, last.TimeLeft);
    }

    [Fact]
    public void What_is_not_known_is_not_told()
    {
        Assert.All(
            Told(Settings with { Method = Method.Nearest }),
            static p => Assert.Equal((null, null), (p.Settled, p.TimeLeft)));
        CalibrationProgress first = Told(Settings).First(static p => p.Unit is not null);
        Assert.Equal((1, 0, null, null), (first.UnitIndex, first.Iteration, first.Settled, first.TimeLeft));
    }

    [Fact]
    public void Who_listens_changes_no_byte()
    {
        byte[] Bytes(IProgress<CalibrationProgress>? progress)
        {
            manual_seed(7);
            using var model = new ResidualNet();
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(
                path,
                ModelQuantizer.Quantize(ResidualNet.Descriptor, Settings, model, randn(48, 3, 16, 16), progress).State);
            return File.ReadAllBytes(path);
        }
        Assert.Equal(Bytes(null), Bytes(new Listener([])));
    }

    [Fact]
    public void Settled_are_the_weights_whose_rounding_is_decided_to_within_a_hundredth()
    {
        // Where the weights lie between two levels of a grid of step 1, and so h(α) at first.
        float[] fractions = [0, 0.005f, 0.995f, 0.02f, 0.5f, 0.98f];
        using var weight = new WeightQuantizer("w", tensor([.. fractions, .. fractions, .. fractions]).view(1, 18), 0)
        {
            Bits = 2,
        };
        weight.SetGrid([1], [0]);
        Assert.Null(SettledRounding.Share([weight]));
        weight.Calibration.BeginLearning();
        Assert.Equal(0.5, SettledRounding.Share([weight]));
    }

    [Fact]
    public void The_time_left_is_what_iterations_and_what_is_around_them_have_taken_for_each_unit_of_cost()
    {
        var estimate = new TimeEstimate([(1, true), (2, true), (4, false)], iterations: 100);
        Assert.Null(estimate.Left(0));
        estimate.Measured(0, around: 3, learning: 0, done: 0);
        Assert.Null(estimate.Left(0));
        // 0.2 s an iteration, 3 s around them: 50 iterations, then 2 · (3 + 20) s and 4 · 3 s.
        estimate.Measured(0, around: 3, learning: 10, done: 50);
        Assert.Equal(10 + 46 + 12, estimate.Left(0)!.Value.TotalSeconds, 1e-6);
        // 28 s for 140 iterations at a cost of 1, 9 s around for a cost of 3.
        estimate.Measured(0, around: 3, learning: 20, done: 100);
        estimate.Measured(1, around: 6, learning: 8, done: 20);
        Assert.Equal(0.2 * 2 * 80 + 4 * 3, estimate.Left(1)!.Value.TotalSeconds, 1e-6);
        Assert.Equal(TimeSpan.Zero, estimate.Left(2));
    }

    [Theory]
    [InlineData(
        1200,
        0.0123,
        0.004,
        0.639,
        80,
        "layer1.0 (2 of 11): 1,200 of 2,000, loss 0.0123 + rounding 0.004, 63 % settled, about 1 min 20 s left")]
    [InlineData(100, 0.5, 0.0, 0.0, 59.9, "layer1.0 (2 of 11): 100 of 2,000, loss 0.5, 0 % settled, about 59 s left")]
    [InlineData(100, 0.5, 0.0, -1.0, 7500, "layer1.0 (2 of 11): 100 of 2,000, loss 0.5, about 2 h 5 min left")]
    [InlineData(0, 0.0, 0.0, -1.0, -1.0, "layer1.0 (2 of 11)")]
    public void Progress_in_words(
        int iteration, double loss, double rounding, double settled, double seconds, string expected)
    {
        var progress = new CalibrationProgress(
            "reconstruct",
            "layer1.0",
            2,
            11,
            iteration,
            2000,
            loss + rounding,
            loss,
            rounding,
            settled < 0 ? null : settled,
            seconds < 0 ? null : TimeSpan.FromSeconds(seconds));
        Assert.Equal(expected, progress.Describe());
    }

    private static List<CalibrationProgress> Told(QuantizationSettings settings)
    {
        using var model = new ResidualNet();
        List<CalibrationProgress> told = [];
        ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, randn(48, 3, 16, 16), new Listener(told));
        return told;
    }

    private sealed class Listener(List<CalibrationProgress> told) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value) => told.Add(value);
    }
}
