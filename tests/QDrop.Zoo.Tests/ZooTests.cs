using System.Text;
using QDrop.Artifacts;
using QDrop.Calibration;
using VerifyXunit;
using Zoo.Language;
using Zoo.Vision;

namespace Zoo.Tests;

/// <summary>What holds for every model of the zoo.</summary>
public sealed class ZooTests(Measurements measurements) : IClassFixture<Measurements>
{
    public static TheoryData<string> Names => [.. Registry.Models.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_twin_without_quantizers_computes_what_its_model_computes(string name)
    {
        Measurement measurement = measurements.Of(name);
        double error = measurement.TwinError();
        // A product of matrices that the twin computes in parts is summed in another order on some processors.
        Assert.InRange(error, 0, measurement.HasBatchNorms ? 1e-4 : measurement.HasProductsInParts ? 1e-6 : 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Eight_bits_rounded_to_nearest_stay_within_5_percent_of_the_float_output(string name)
    {
        Measurement measurement = measurements.Of(name);
        Assert.InRange(measurement.EightBitError(), 1e-6, 0.05);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_unit_is_reconstructed_and_the_partition_is_what_a_person_would_draw(string name)
    {
        CalibrationOutcome outcome = measurements.Reconstruction(name);

        Assert.All(
            outcome.Units,
            unit =>
                Assert.True(
                    double.IsFinite(unit.ErrorBefore) && double.IsFinite(unit.ErrorAfter),
                    $"{unit.Name}: {unit.ErrorBefore} → {unit.ErrorAfter}"));
        Assert.All(
            outcome.Units.Where(unit => unit.Layers.Count > 0),
            unit =>
                Assert.Equal(
                    Measurements.Model(name).Tables.Contains(unit.Name) ? 0 : Measurements.Iterations,
                    unit.Iterations));
        Assert.Equal(outcome.State.Layers.Select(l => l.Name).Order(), outcome.Units.SelectMany(u => u.Layers).Order());
        Assert.All(outcome.State.Layers, layer => Assert.True(layer.Levels.numel() > 0));
        await Verifier.Verify(Describe(outcome), "txt").UseDirectory("Partitions").UseParameters(name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_multiply_accumulates_are_quantized_but_those_marked_float(string name)
    {
        double share = measurements.Reconstruction(name).Cost.QuantizedShare;
        if (Measurements.Model(name).Descriptor.Overrides.Any(o => o.FullPrecision))
            Assert.InRange(share, 0.5, 0.9999);
        else
            Assert.Equal(1, share);
    }

    [Theory]
    [InlineData(nameof(Ssd), "loc.", "conf.")]
    [InlineData(nameof(EfficientNet), ".se.", ".depthwise.")]
    public void A_part_in_full_precision_has_neither_layers_nor_quantizers(string name, string part, string other)
    {
        QuantizedModelState state = measurements.Reconstruction(name).State;
        string[] quantized = [.. state.Layers.Select(l => l.Name), .. state.Activations.Select(a => a.Name)];
        Assert.DoesNotContain(quantized, n => n.Contains(part, StringComparison.Ordinal));
        Assert.Contains(quantized, n => n.Contains(other, StringComparison.Ordinal));
        Assert.Contains(state.FloatTensors.Keys, n => n.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(Bert), "pooler")]
    [InlineData(nameof(Autoencoder), "decoder.")]
    public void Bits_given_for_the_weights_of_a_part_hold_there_and_nowhere_else(string name, string part)
    {
        IReadOnlyList<QuantizedLayerState> layers = measurements.Reconstruction(name).State.Layers;
        Assert.All(layers, l => Assert.Equal(l.Name.StartsWith(part, StringComparison.Ordinal) ? 8 : 4, l.Bits));
        Assert.Equal([4, 8], layers.Select(l => l.Bits).Distinct().Order());
    }

    [Fact]
    public void Bits_given_for_the_activations_of_a_class_hold_in_each_of_its_modules()
    {
        IReadOnlyList<ActivationState> activations = measurements.Reconstruction(nameof(DenseNet)).State.Activations;
        Assert.All(
            activations, a => Assert.Equal(a.Name.Contains(".layers.", StringComparison.Ordinal) ? 8 : 4, a.Bits));
        Assert.Equal([4, 8], activations.Select(a => a.Bits).Distinct().Order());
    }

    /// <summary>A line for each unit, in order; its layers under a block. Bits that an attribute gives, too.</summary>
    private static string Describe(CalibrationOutcome outcome)
    {
        var text = new StringBuilder();
        var bits = outcome.State.Layers.ToDictionary(l => l.Name, l => l.Bits);
        foreach (UnitState unit in outcome.State.Manifest.Units)
        {
            if (!unit.IsBlock)
            {
                text.Append("layer ").Append(unit.Name).Append(unit.Layers.Select(Bits).FirstOrDefault()).Append('\n');
                continue;
            }
            text.Append("block ").Append(unit.Name).Append('\n');
            foreach (string layer in unit.Layers)
                text.Append("    ").Append(layer).Append(Bits(layer)).Append('\n');
        }
        return text.ToString();

        string Bits(string layer) => bits[layer] == Measurement.ReconstructionBits ? "" : $" ({bits[layer]} bits)";
    }
}
