using QDrop.Modules;
using QDrop.Reconstruction;
using QDrop.Runtime.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Runtime.Tests.Calibration;

/// <summary>What is reconstructed as one unit where an attribute says it.</summary>
public sealed class BlockTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public BlockTests()
    {
        set_num_threads(1);
        manual_seed(7);
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_sequential_becomes_one_unit_with_the_quantizers_that_its_layers_have()
    {
        CalibrationOutcome apart = Calibrate(), merged = Calibrate(new QuantizationOverride(typeof(ResidualNet), "layers") { IsBlock = true });
        Assert.Equal(["conv1", "layers", "linear"], merged.Units.Select(u => u.Name));
        Assert.Equal([false, true, false], merged.Units.Select(u => u.IsBlock));
        Assert.Equal(["layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2"], merged.Units[1].Layers);
        Assert.All(merged.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.Equal(apart.State.Activations.Select(a => (a.Name, a.Bits)), merged.State.Activations.Select(a => (a.Name, a.Bits)));
    }

    [Fact]
    public void A_block_that_is_split_leaves_its_layers_as_units_though_a_value_goes_around_them()
    {
        CalibrationOutcome split = Calibrate(new QuantizationOverride(typeof(ResidualBlock)) { IsBlock = false });
        Assert.Equal(["conv1", "layers.0.conv1", "layers.0.conv2", "layers.1.conv1", "layers.1.conv2", "linear"], split.Units.Select(u => u.Name));
        Assert.All(split.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.All(split.Units, unit => Assert.InRange(unit.ErrorAfter, 0, unit.ErrorBefore * 1.05));
    }

    [Fact]
    public void A_block_within_one_unit_is_a_part_of_it_whatever_is_said_of_it()
    {
        CalibrationOutcome outcome = Calibrate(new(typeof(ResidualNet), "layers") { IsBlock = true }, new(typeof(ResidualBlock)) { IsBlock = false });
        Assert.Equal(["conv1", "layers", "linear"], outcome.Units.Select(u => u.Name));
    }

    [Fact]
    public void What_is_said_of_a_layer_changes_nothing()
    {
        CalibrationOutcome outcome = Calibrate(new(typeof(ResidualNet), "conv1") { IsBlock = true }, new(typeof(ResidualNet), "linear") { IsBlock = false });
        Assert.Equal(["conv1", "layers.0", "layers.1", "linear"], outcome.Units.Select(u => u.Name));
        Assert.Equal([false, true, true, false], outcome.Units.Select(u => u.IsBlock));
    }

    [Fact]
    public void A_module_with_several_inputs_is_split_into_its_layers()
    {
        using var model = new PairNet();
        QuantizationSettings settings = PairNet.Descriptor.Settings with { Iterations = 20 };
        CalibrationOutcome whole = ModelCalibrator.Run(PairNet.Descriptor, settings, model, PairNet.Inputs(70));
        CalibrationOutcome split = ModelCalibrator.Run(PairNet.Descriptor with { Overrides = [new(typeof(PairNet), "exchange") { IsBlock = false }] }, settings, model, PairNet.Inputs(70));
        Assert.Contains("exchange", whole.Units.Select(u => u.Name));
        Assert.DoesNotContain("exchange", split.Units.Select(u => u.Name));
        Assert.Equal(whole.Units.SelectMany(u => u.Layers), split.Units.SelectMany(u => u.Layers));
        Assert.All(split.Units, unit => Assert.Equal(20, unit.Iterations));
    }

    private static CalibrationOutcome Calibrate(params QuantizationOverride[] overrides)
    {
        using var model = new ResidualNet();
        return ModelCalibrator.Run(ResidualNet.Descriptor with { Overrides = overrides }, ResidualNet.Descriptor.Settings, model, randn(48, 3, 16, 16));
    }
}
