using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

public sealed class PresetTests
{
    [Theory]
    [InlineData("Preset = Preset.Quick", "new global::QDrop.QuantizationSettings().With(global::QDrop.Preset.Quick),")]
    [InlineData("Iterations = 300, Preset = Preset.Quick, W = 3", "new global::QDrop.QuantizationSettings().With(global::QDrop.Preset.Quick) with { Iterations = 300, W = 3 },")]
    [InlineData("Iterations = 300", "new() { Iterations = 300 },")]
    public void What_is_set_beside_a_preset_counts_more(string arguments, string settings)
    {
        string source = DiagnosticCases.Right["Drop = 1"].Replace("[Quantize(Drop = 1, Method = Method.Brecq)]", $"[Quantize({arguments})]", StringComparison.Ordinal);
        GeneratorRun run = GeneratorRun.Of(source);
        Assert.Empty(run.Diagnostics);
        Assert.Contains(run.Sources.Values, text => text.Contains("Settings = " + settings, StringComparison.Ordinal));
    }
}
