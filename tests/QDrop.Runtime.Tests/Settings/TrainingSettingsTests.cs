using Xunit;

namespace QDrop.Tests.Settings;

public sealed class TrainingSettingsTests
{
    public static TheoryData<TrainingSettings, string> Wrong => new()
    {
        { new() { Epochs = 0 }, "Epochs = 0" },
        { new() { BatchSize = 0 }, "BatchSize = 0" },
        { new() { LearningRate = 0 }, "LearningRate = 0" },
        { new() { LearningRate = double.PositiveInfinity }, "LearningRate" },
        { new() { Momentum = 1 }, "Momentum = 1" },
        { new() { WeightDecay = -1 }, "WeightDecay = -1" },
        { new() { AlphaLearningRate = double.NaN }, "AlphaLearningRate = NaN" },
        { new() { GateShare = 0 }, "GateShare = 0" },
        { new() { DropBits = 1 }, "DropBits = 1" },
        { new() { BitPenalty = -0.5 }, "BitPenalty = -0.5" },
        { new() { DropBits = 0.1, BitPenalty = 0.1 }, "0 with BitPenalty = 0.1" },
        { new() { Optimizer = (TrainingOptimizer)5 }, "one of Sgd, Adam" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Values_out_of_their_range_are_refused(TrainingSettings training, string says)
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            new QuantizationSettings { Method = Method.Cpq, Training = training }.Validated());
        Assert.Equal("QDROP006", error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Method.Cpq)]
    [InlineData(Method.Lsq)]
    public void What_only_calibration_has_is_refused(Method method)
    {
        var settings = new QuantizationSettings { Method = method };
        foreach ((QuantizationSettings? wrong, string? says) in new[]
            {
                (settings with { Budget = BitBudget.Parse("3 bits") }, "Budget = 3 bits cannot be used: expected none"),
                (settings with { Scale = Scale.PowerOfTwo }, "Scale = PowerOfTwo cannot be used: expected Free"),
                (
                    settings with
                    {
                        ActivationsPerChannel = true,
                    },
                    "ActivationsPerChannel = true cannot be used: expected false"),
            })
        {
            QDropException error = Assert.Throws<QDropException>(wrong.Validated);
            Assert.Equal("QDROP006", error.Code);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Method.Lsq)]
    [InlineData(Method.QDrop)]
    public void Levels_are_dropped_with_Cpq_only(Method method)
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            new QuantizationSettings
            {
                Method = method,
                Training = new() { DropBits = 0.2 },
            }.Validated());
        Assert.Contains(
            "DropBits = 0.2 cannot be used: expected 0, or Method = Cpq", error.Message, StringComparison.Ordinal);
    }
}
