using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Calibration;

/// <summary>Which units' outputs a unit needs, so that the others are freed.</summary>
public sealed class NeedsTests() : CalibrationTest(seed: 5)
{
    [Fact]
    public void A_mask_that_is_made_of_the_models_inputs_needs_no_unit()
    {
        using var model = new TwoLayerSentenceNet();
        DiscoveredModel found = Discover(TwoLayerSentenceNet.Descriptor, model, randint(0, 20, [66, 6]));
        Assert.Equal(["tokens: ", "first: tokens", "second: first", "head: second"], Needs(found));
        Assert.Equal(["tokens"], found.NotNeededAfter(2, resultIsNeeded: false).Select(static u => u.Name));
        Assert.Equal(["head"], found.ResultNeeds.Select(static u => u.Name));
    }

    [Fact]
    public void Positions_need_no_unit()
    {
        using var model = new SentenceNet();
        Assert.Equal(
            ["tokens: ", "positions: ", "layer: tokens positions", "head: layer"],
            Needs(Discover(SentenceNet.Descriptor, model, randint(0, 20, [66, 6]))));
    }

    [Fact]
    public void A_mask_among_the_models_inputs_and_an_input_that_comes_late_need_no_unit()
    {
        using var model = new PairNet();
        Assert.Equal(
            [
                "trunk.0: ",
                "trunk.0#2: ",
                "exchange: trunk.0 trunk.0#2",
                "swap.linear: exchange",
                "head: exchange swap.linear",
            ],
            Needs(Discover(PairNet.Descriptor, model, PairNet.Inputs(70))));
    }

    [Fact]
    public void Indices_and_signs_of_a_units_outputs_need_it()
    {
        using var model = new ChoiceNet();
        DiscoveredModel found = Discover(ChoiceNet.Descriptor, model, randn(66, 6));
        Assert.Equal(["scores: ", "table: scores", "gate: ", "head: table gate"], Needs(found));
        Assert.Empty(found.NotNeededAfter(1, resultIsNeeded: false));
    }

    [Fact]
    public void What_flows_with_a_gradient_and_past_it_without_one_is_needed_in_both_places()
    {
        using var model = new DetachedNet();
        DiscoveredModel found = Discover(DetachedNet.Descriptor, model, randn(66, 6));
        Assert.Equal(["stem: ", "body: stem", "head: stem body"], Needs(found));
    }

    [Fact]
    public void What_is_only_asked_for_its_sign_is_there_when_it_is_asked()
    {
        using var model = new ChoiceNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ChoiceNet.Descriptor, ChoiceNet.Descriptor.Settings, model, randn(66, 6));
        // Zeros in place of the gate's outputs would leave nothing of what the head is given, and nothing of its
        // outputs but the bias.
        UnitReport head = outcome.Units[^1];
        Assert.True(head.SignalPower > 1.2 * model.head.bias!.square().sum().item<float>(), $"{head.SignalPower}");
    }

    private static IEnumerable<string> Needs(DiscoveredModel found) =>
        found.Units.Select(u =>
            $"{u.Name}: {string.Join(' ', found.Units.Where(found.Needs[u].Contains).Select(static n => n.Name))}");

    private static DiscoveredModel Discover(
        QuantizedModelDescriptor descriptor, Module model, params IReadOnlyList<Tensor> inputs)
    {
        using var prepared = new PreparedModel(descriptor, model);
        using var calibration = new CalibrationContext(
            prepared, descriptor.Settings, new CalibrationSet(inputs), progress: null, default, memory: null);
        return new ModelDiscovery(calibration).Run();
    }
}
