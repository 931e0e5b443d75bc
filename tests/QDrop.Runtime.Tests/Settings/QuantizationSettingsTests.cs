using Xunit;

namespace QDrop.Tests.Settings;

public sealed class QuantizationSettingsTests
{
    public static TheoryData<QuantizationSettings, string, string> Wrong =>
        new()
        {
            {
                new() { WeightObserver = (RangeObserver)9 },
                "WeightObserver = 9",
                "MinError, AverageMinError, MinMax, AverageMinMax, Percentile"
            },
            {
                new() { ActivationObserver = (RangeObserver)(-1) },
                "ActivationObserver = -1",
                "one of"
            },
            {
                new() { Percentile = 50 },
                "Percentile = 50",
                "above 50 and at most 100"
            },
            {
                new() { Percentile = 100.01 },
                "Percentile = 100.01",
                "above 50 and at most 100"
            },
            {
                new() { Percentile = double.NaN },
                "Percentile = NaN",
                "above 50 and at most 100"
            },
            {
                new() { ActivationLearning = (ActivationLearning)3 },
                "ActivationLearning = 3",
                "Lsq, LsqPlus, Fixed"
            },
            {
                new() { ActivationLearning = ActivationLearning.LsqPlus, SymmetricActivations = true },
                "ActivationLearning = LsqPlus",
                "SymmetricActivations"
            },
            {
                new() { Granularity = (Granularity)3 },
                "Granularity = 3",
                "Layer, Block, Stage"
            },
            {
                new() { Loss = (LossKind)2 },
                "Loss = 2",
                "MeanSquared, Fisher"
            },
            {
                new() { Scale = (Scale)3 },
                "Scale = 3",
                "Free, NearestPowerOfTwo, PowerOfTwo"
            },
            {
                new() { Scale = Scale.PowerOfTwo, Method = Method.Cpq },
                "Scale = PowerOfTwo",
                "Free with Method = Cpq"
            },
            {
                new() { Norm = 0.5 },
                "Norm = 0.5",
                "1 to 4, or Auto"
            },
            {
                new() { Norm = double.NaN },
                "Norm = NaN",
                "1 to 4, or Auto"
            },
            {
                new() { Exponents = new() { Reach = 4 } },
                "ExponentReach = 4 cannot be used: expected Scale = PowerOfTwo beside it",
                "with Scale = Free"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { Share = 1 },
                },
                "ExponentShare = 1",
                "above 0 and below 1"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { Reach = 0 },
                },
                "ExponentReach = 0",
                "above 0"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { Weight = -1 },
                },
                "ExponentWeight = -1",
                "0 or more"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { RoundingWeight = double.PositiveInfinity },
                },
                "ExponentRoundingWeight",
                "0 or more"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { Share = 0.25, ActivationShare = 0.8 },
                },
                "ExponentActivationShare = 0.8",
                "at most 0.75 beside ExponentShare = 0.25"
            },
            {
                new()
                {
                    Scale = Scale.PowerOfTwo,
                    Exponents = new() { ActivationLearningRate = double.NaN },
                },
                "ExponentActivationLearningRate = NaN",
                "0 or more"
            },
            {
                new() { Order = (CalibrationOrder)2 },
                "Order = 2",
                "UpFront, UnitByUnit"
            },
        };

    [Theory, MemberData(nameof(Wrong))]
    public void A_value_that_cannot_be_used_is_named_with_what_can(
        QuantizationSettings settings, string found, string expected)
    {
        QDropException error = Assert.Throws<QDropException>(settings.Validated);
        Assert.Equal("QDROP006", error.Code);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<QuantizationSettings, string, string> Contradictory =>
        new()
        {
            {
                new() { Scale = Scale.PowerOfTwo, ActivationLearning = ActivationLearning.LsqPlus },
                "QDROP033",
                "Scale = PowerOfTwo"
            },
            {
                new() { Scale = Scale.NearestPowerOfTwo, ActivationLearning = ActivationLearning.LsqPlus },
                "QDROP033",
                "Scale = NearestPowerOfTwo"
            },
            {
                new() { Loss = LossKind.Fisher, Norm = Norm.Auto },
                "QDROP034",
                "Norm = Auto"
            },
            {
                new() { Loss = LossKind.Fisher, Norm = 1.5 },
                "QDROP034",
                "Norm = 1.5"
            },
        };

    [Theory, MemberData(nameof(Contradictory))]
    public void Settings_that_contradict_each_other_are_refused(
        QuantizationSettings settings, string code, string found)
    {
        QDropException error = Assert.Throws<QDropException>(settings.Validated);
        Assert.Equal(code, error.Code);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Presets_are_the_papers_settings_and_a_tenth_of_their_iterations()
    {
        Assert.Equal(new QuantizationSettings(), QuantizationSettings.Paper.Validated());
        Assert.Equal(20_000, QuantizationSettings.Paper.Iterations);
        Assert.Equal(QuantizationSettings.Paper with { Iterations = 2_000 }, QuantizationSettings.Quick.Validated());
    }

    [Fact]
    public void A_preset_decides_the_iterations_and_leaves_the_rest()
    {
        var given = new QuantizationSettings
        {
            W = 2,
            A = 3,
            FirstLast = 7,
            Drop = 0.25,
            Method = Method.Brecq,
            Seed = 5,
            Iterations = 70,
            BatchSize = 4,
            Lambda = 0.1,
        };
        QuantizationSettings quick = given.With(Preset.Quick);
        Assert.Equal(given with { Iterations = 2_000 }, quick);
        Assert.Equal(20_000, quick.With(Preset.Paper).Iterations);
        Assert.Throws<ArgumentOutOfRangeException>(() => given.With((Preset)2));
    }
}
