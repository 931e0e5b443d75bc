using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

public sealed class PresetTests
{
    [Theory]
    [InlineData("Preset = Preset.Quick", "new global::QDrop.QuantizationSettings().With(global::QDrop.Preset.Quick),")]
    [InlineData(
        "Iterations = 300, Preset = Preset.Quick, W = 3",
        "new global::QDrop.QuantizationSettings().With(global::QDrop.Preset.Quick) with { Iterations = 300, W = 3 },")]
    [InlineData("Iterations = 300", "new() { Iterations = 300 },")]
    [InlineData(
        "ExponentShare = 0.25, Scale = Scale.PowerOfTwo, ExponentReach = 4",
        "new() { Scale = global::QDrop.Scale.PowerOfTwo, Exponents = new() { Share = 0.25, Reach = 4 } },")]
    [InlineData(
        "Method = Method.Cpq, Epochs = 7, DropBits = 0.25, W = 3",
        "new() { Method = global::QDrop.Method.Cpq, W = 3, Training = new() { Epochs = 7, DropBits = 0.25 } },")]
    public void What_is_set_beside_a_preset_counts_more(string arguments, string settings)
    {
        string source = DiagnosticCases
            .Right["Drop = 1"]
            .Replace(
                "[Quantize(Drop = 1, Method = Method.Brecq)]", $"[Quantize({arguments})]", StringComparison.Ordinal);
        var run = GeneratorRun.Of(source);
        Assert.Empty(run.Diagnostics);
        Assert.Contains(run.Sources.Values, text => text.Contains("Settings = " + settings, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RangeSamples = 64, BatchSize = 8", "RangeSamples = 64, BatchSize = 8")]
    [InlineData(
        "Lambda = 0.1, WarmUp = 0, BetaStart = 10, BetaEnd = 1.5",
        "Lambda = 0.1, WarmUp = 0, BetaStart = 10, BetaEnd = 1.5")]
    [InlineData(
        "LearningRate = 3e-3, ActivationLearningRate = 1e-5", "LearningRate = 0.003, ActivationLearningRate = 1E-05")]
    [InlineData("WeightObserver = RangeObserver.MinMax", "WeightObserver = global::QDrop.RangeObserver.MinMax")]
    [InlineData(
        "ActivationObserver = RangeObserver.Percentile, Percentile = 99.9",
        "ActivationObserver = global::QDrop.RangeObserver.Percentile, Percentile = 99.9")]
    [InlineData(
        "WeightsPerChannel = false, SymmetricWeights = true, SymmetricActivations = false",
        "WeightsPerChannel = false, SymmetricWeights = true, SymmetricActivations = false")]
    [InlineData("ActivationsPerChannel = true", "ActivationsPerChannel = true")]
    [InlineData(
        "W = 2, MaxW = 6, Budget = \"3.0 bits\"",
        "W = 2, MaxW = 6, Budget = global::QDrop.BitBudget.Parse(\"3.0 bits\")")]
    [InlineData("Scale = Scale.PowerOfTwo, Norm = Norm.Auto", "Scale = global::QDrop.Scale.PowerOfTwo, Norm = 0")]
    [InlineData(
        "Scale = Scale.NearestPowerOfTwo, Norm = 1.5", "Scale = global::QDrop.Scale.NearestPowerOfTwo, Norm = 1.5")]
    [InlineData("Order = CalibrationOrder.UnitByUnit", "Order = global::QDrop.CalibrationOrder.UnitByUnit")]
    public void The_twin_has_what_the_attribute_says(string arguments, string settings)
    {
        var run = GeneratorRun.Of(DiagnosticCases.Model($"[Quantize({arguments})]", "partial class Net"));
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Advice);
        Assert.DoesNotContain(
            run.Output.GetDiagnostics(), d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error);
        Assert.Contains(
            run.Sources.Values, text => text.Contains($"Settings = new() {{ {settings} }},", StringComparison.Ordinal));
    }

    [Fact]
    public void A_budget_is_text_in_the_attribute_and_without_one_neither_it_nor_the_largest_width_is_set()
    {
        Assert.Null(new QuantizeAttribute().Budget);
        Assert.Equal((null, null), (QuantizationSettings.Paper.Budget, QuantizationSettings.Paper.MaxW));
        Assert.Equal(8, new QuantizeAttribute().MaxW);
    }
}
