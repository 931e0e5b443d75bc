using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What is reconstructed as one unit where an attribute says it.</summary>
public sealed class BlockTests() : CalibrationTest(seed: 7)
{
    [Fact]
    public void A_sequential_becomes_one_unit_with_the_quantizers_that_its_layers_have()
    {
        CalibrationOutcome apart = Calibrate(),
            merged = Calibrate(new QuantizationOverride(typeof(ResidualNet), "layers") { IsBlock = true });
        Assert.Equal(["conv1", "layers", "linear"], merged.Units.Select(u => u.Name));
        Assert.Equal([false, true, false], merged.Units.Select(u => u.IsBlock));
        Assert.Equal(["layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2"], merged.Units[1].Layers);
        Assert.All(merged.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.Equal(
            apart.State.Activations.Select(a => (a.Name, a.Bits)),
            merged.State.Activations.Select(a => (a.Name, a.Bits)));
    }

    [Fact]
    public void A_block_that_is_split_leaves_its_layers_as_units_though_a_value_goes_around_them()
    {
        CalibrationOutcome split = Calibrate(new QuantizationOverride(typeof(ResidualBlock)) { IsBlock = false });
        Assert.Equal(
            ["conv1", "layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2", "linear"],
            split.Units.Select(u => u.Name));
        Assert.All(split.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.All(split.Units, unit => Assert.InRange(unit.ErrorAfter, 0, unit.ErrorBefore * 1.05));
    }

    [Fact]
    public void A_block_within_one_unit_is_a_part_of_it_whatever_is_said_of_it()
    {
        CalibrationOutcome outcome = Calibrate(
            new(typeof(ResidualNet), "layers") { IsBlock = true }, new(typeof(ResidualBlock)) { IsBlock = false });
        Assert.Equal(["conv1", "layers", "linear"], outcome.Units.Select(u => u.Name));
    }

    [Fact]
    public void What_is_said_of_a_layer_changes_nothing()
    {
        CalibrationOutcome outcome = Calibrate(
            new(typeof(ResidualNet), "conv1") { IsBlock = true },
            new(typeof(ResidualNet), "linear") { IsBlock = false });
        Assert.Equal(["conv1", "layers.0", "layers.1", "linear"], outcome.Units.Select(u => u.Name));
        Assert.Equal([false, true, true, false], outcome.Units.Select(u => u.IsBlock));
    }

    [Fact]
    public void A_module_with_several_inputs_is_split_into_its_layers()
    {
        using var model = new PairNet();
        QuantizationSettings settings = PairNet.Descriptor.Settings with { Iterations = 20 };
        CalibrationOutcome whole = ModelQuantizer.Quantize(PairNet.Descriptor, settings, model, PairNet.Inputs(70));
        CalibrationOutcome split = ModelQuantizer.Quantize(
            PairNet.Descriptor with
            {
                Overrides = [new(typeof(PairNet), "exchange") { IsBlock = false }],
            },
            settings,
            model,
            PairNet.Inputs(70));
        Assert.Contains("exchange", whole.Units.Select(u => u.Name));
        Assert.DoesNotContain("exchange", split.Units.Select(u => u.Name));
        Assert.Equal(whole.Units.SelectMany(u => u.Layers), split.Units.SelectMany(u => u.Layers));
        Assert.All(split.Units, unit => Assert.Equal(20, unit.Iterations));
    }

    [Theory]
    [InlineData(Granularity.Layer, "conv1, layers.0.conv1, layers.0.conv2, layers.1.conv1, layers.1.conv2, linear")]
    [InlineData(Granularity.Block, "conv1, layers.0, layers.1, linear")]
    [InlineData(Granularity.Stage, "conv1, layers, linear")]
    public void The_granularity_decides_what_is_one_unit_and_leaves_the_quantizers_where_they_are(
        Granularity granularity, string units)
    {
        CalibrationOutcome outcome = CalibrateBy(granularity), blocks = CalibrateBy(Granularity.Block);
        Assert.Equal(units, string.Join(", ", outcome.Units.Select(u => u.Name)));
        Assert.All(outcome.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.Equal(
            blocks.State.Activations.Select(a => (a.Name, a.Bits)),
            outcome.State.Activations.Select(a => (a.Name, a.Bits)));
    }

    [Fact]
    public void What_a_field_says_counts_more_than_the_granularity()
    {
        CalibrationOutcome layers = CalibrateBy(
            Granularity.Layer, new QuantizationOverride(typeof(ResidualNet), "layers") { IsBlock = true });
        Assert.Equal(["conv1", "layers", "linear"], layers.Units.Select(u => u.Name));
        CalibrationOutcome stages = CalibrateBy(
            Granularity.Stage, new QuantizationOverride(typeof(ResidualNet), "layers") { IsBlock = false });
        Assert.Equal(["conv1", "layers.0", "layers.1", "linear"], stages.Units.Select(u => u.Name));
    }

    [Fact]
    public void Attention_is_split_into_its_projections_where_layers_are_the_units()
    {
        using var model = new SentenceNet();
        Tensor ids = randint(1, 20, [SentenceNet.Descriptor.Settings.Samples, 6]);
        QuantizationSettings settings = SentenceNet.Descriptor.Settings with { Iterations = 5 };
        CalibrationOutcome layers = ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            settings with
            {
                Granularity = Granularity.Layer,
            },
            model,
            ids);
        CalibrationOutcome blocks = ModelQuantizer.Quantize(SentenceNet.Descriptor, settings, model, ids);
        Assert.All(layers.Units, unit => Assert.False(unit.IsBlock));
        Assert.True(layers.Units.Count > blocks.Units.Count);
        Assert.Equal(blocks.State.Layers.Select(l => l.Name).Order(), layers.State.Layers.Select(l => l.Name).Order());
    }

    private static CalibrationOutcome Calibrate(params QuantizationOverride[] overrides) =>
        CalibrateBy(Granularity.Block, overrides);

    private static CalibrationOutcome CalibrateBy(Granularity granularity, params QuantizationOverride[] overrides)
    {
        using var model = new ResidualNet();
        return ModelQuantizer.Quantize(
            ResidualNet.Descriptor with
            {
                Overrides = overrides,
            },
            ResidualNet.Descriptor.Settings with
            {
                Granularity = granularity,
            },
            model,
            randn(48, 3, 16, 16));
    }
}
