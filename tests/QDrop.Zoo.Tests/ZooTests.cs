using System.Text;
using QDrop.Artifacts;
using QDrop.Reconstruction;
using VerifyXunit;

namespace Zoo.Tests;

/// <summary>What holds for every model of the zoo.</summary>
public sealed class ZooTests
{
    public static TheoryData<string> Names => [.. Registry.Models.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_twin_without_quantizers_computes_what_its_model_computes(string name)
    {
        using Measurement measurement = Of(name);
        double error = measurement.TwinError();
        Assert.InRange(error, 0, measurement.HasBatchNorms ? 1e-4 : 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Eight_bits_rounded_to_nearest_stay_within_5_percent_of_the_float_output(string name)
    {
        using Measurement measurement = Of(name);
        Assert.InRange(measurement.EightBitError(), 1e-6, 0.05);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_unit_is_reconstructed_and_the_partition_is_what_a_person_would_draw(string name)
    {
        const int Iterations = 20;
        using Measurement measurement = Of(name);
        CalibrationOutcome outcome = measurement.Reconstruct(Iterations);

        Assert.All(outcome.Units, unit => Assert.True(double.IsFinite(unit.ErrorBefore) && double.IsFinite(unit.ErrorAfter), $"{unit.Name}: {unit.ErrorBefore} → {unit.ErrorAfter}"));
        Assert.All(outcome.Units.Where(unit => unit.Layers.Count > 0), unit => Assert.Equal(Iterations, unit.Iterations));
        Assert.Equal(outcome.State.Layers.Select(l => l.Name).Order(), outcome.Units.SelectMany(u => u.Layers).Order());
        Assert.All(outcome.State.Layers, layer => Assert.True(layer.Levels.numel() > 0));
        await Verifier.Verify(Describe(outcome), "txt").UseDirectory("Partitions").UseParameters(name);
    }

    /// <summary>A line for each unit, in order; its layers under a block.</summary>
    private static string Describe(CalibrationOutcome outcome)
    {
        var text = new StringBuilder();
        foreach (UnitState unit in outcome.State.Manifest.Units)
        {
            text.Append(unit.IsBlock ? "block " : "layer ").Append(unit.Name).Append('\n');
            if (!unit.IsBlock)
                continue;
            foreach (string layer in unit.Layers)
                text.Append("    ").Append(layer).Append('\n');
        }
        return text.ToString();
    }

    private static Measurement Of(string name) => new(Registry.Models.Single(m => m.Name == name));
}
