using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Insight;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Insight;

/// <summary>What is measured of a calibrated model, compared with the same measured in another way.</summary>
public sealed class InsightMeasurementTests : IDisposable
{
    /// <summary>Sums in another order, in dB.</summary>
    private const double Tolerance = 0.005;

    private static readonly QuantizationSettings Settings = ResidualNet.Descriptor.Settings with { W = 2, A = 4 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ResidualNet _model;
    private readonly Tensor _inputs;

    public InsightMeasurementTests()
    {
        set_num_threads(1);
        manual_seed(11);
        _model = new ResidualNet();
        _inputs = randn(48, 3, 16, 16);
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void The_output_and_every_layer_alone_have_the_ratios_that_a_twin_with_the_same_quantizers_has()
    {
        CalibrationOutcome outcome = Calibrate(Settings);
        ModelInsight insight = outcome.Insight!;
        Assert.Equal(48, insight.Samples);
        using Twin twin = TwinOf(outcome);
        Assert.Equal(twin.Ratio(), insight.OutputSqnr, Tolerance);
        foreach (LayerInsight layer in insight.Layers)
        {
            QuantizedLayer own = twin.Context.Layers.Single(l => l.Name == layer.Name);
            twin.Context.Enable(weights: false, activations: false);
            own.Weight.Enabled = true;
            Assert.Equal(twin.Ratio(), layer.Sensitivity, Tolerance);
        }
        foreach (ActivationInsight activation in insight.Activations)
        {
            twin.Context.Enable(weights: false, activations: false);
            twin.Context.Activations.Single(a => a.Name == activation.Name).Enabled = true;
            Assert.Equal(twin.Ratio(), activation.Sensitivity, Tolerance);
        }
    }

    [Fact]
    public void The_gain_of_a_layer_is_what_more_bits_for_it_alone_bring()
    {
        CalibrationOutcome outcome = Calibrate(Settings);
        foreach (LayerInsight layer in outcome.Insight!.Layers)
        {
            Assert.Equal(layer.Bits == 8 ? null : 4, layer.RaisedBits);
            if (layer.RaisedBits is not { } bits)
            {
                Assert.Null(layer.Gain);
                continue;
            }
            using Twin twin = TwinOf(outcome);
            QuantizedLayer own = twin.Context.Layers.Single(l => l.Name == layer.Name);
            own.Weight.Bits = bits;
            own.Weight.Calibration.SearchRange();
            Assert.Equal(twin.Ratio() - outcome.Insight.OutputSqnr, layer.Gain!.Value, Tolerance);
        }
    }

    [Fact]
    public void The_gain_of_an_activation_is_what_more_bits_for_it_alone_bring_and_is_measured_for_the_few_that_cost_most()
    {
        CalibrationOutcome outcome = Calibrate(Settings);
        IReadOnlyList<ActivationInsight> activations = outcome.Insight!.Activations;
        Assert.Equal(
            activations
                .Where(static a => a.Bits < 8)
                .OrderBy(static a => a.Sensitivity)
                .Take(4)
                .Select(static a => a.Name)
                .Order(),
            activations.Where(static a => a.Gain is not null).Select(static a => a.Name).Order());
        foreach (ActivationInsight activation in activations.Where(static a => a.Gain is not null))
        {
            Assert.Equal(6, activation.RaisedBits);
            using Twin twin = TwinOf(outcome);
            using IDisposable guard = no_grad();
            ActivationQuantizer own = twin.Context.Activations.Single(a => a.Name == activation.Name);
            twin.Context.Enable(weights: false, activations: false);
            own.Bits = 6;
            own.Calibration.Observing = true;
            twin.Ratio();
            own.Calibration.Observing = false;
            twin.Context.Enable(weights: true, activations: true);
            Assert.Equal(twin.Ratio() - outcome.Insight.OutputSqnr, activation.Gain!.Value, Tolerance);
        }
    }

    [Fact]
    public void Advice_that_is_followed_gains_what_it_says()
    {
        // Ranges are searched on the inputs that are measured.
        QuantizationSettings nearest = Settings with { Method = Method.Nearest, W = 3, A = 2, RangeSamples = 48 };
        ModelInsight insight = Calibrate(nearest).Insight!;
        Assert.True(
            insight.Advice.Any(static a => a.Layers.Count > 0)
                && insight.Advice.Any(static a => a.Activations.Count > 0),
            "one of the two kinds of advice is missing");
        Assert.Equal(
            insight.Advice.Select(static a => a.Gain).OrderDescending(), insight.Advice.Select(static a => a.Gain));
        foreach (BitAdvice advice in insight.Advice)
        {
            bool weights = advice.Layers.Count > 0;
            Assert.NotEqual(weights, advice.Activations.Count > 0);
            Assert.Equal(weights ? $"[Quantize(W = {advice.Bits})]" : $"[Quantize(A = {advice.Bits})]", advice.Line);
            Assert.Equal(4, advice.Bits);
            Type owner = new[] { typeof(ResidualNet), typeof(ResidualBlock) }.Single(t => t.FullName == advice.Owner);
            CalibrationOutcome followed = Calibrate(
                nearest,
                new QuantizationOverride(owner, advice.Member)
                {
                    W = weights ? advice.Bits : null,
                    A = weights ? null : advice.Bits,
                });
            Assert.Equal(advice.Gain, followed.Insight!.OutputSqnr - insight.OutputSqnr, Tolerance);
            Assert.Equal(
                advice.Layers,
                weights ? followed.State.Layers.Where(l => l.Bits == advice.Bits).Select(static l => l.Name) : []);
            Assert.Equal(
                advice.Activations,
                weights ? [] : followed.State.Activations.Where(a => a.Bits == advice.Bits).Select(static a => a.Name));
        }
    }

    [Fact]
    public void Advice_for_activations_that_is_followed_brings_the_output_nearer_where_rounding_and_scales_are_learned_too()
    {
        QuantizationSettings learned = Settings with { W = 4, A = 2, Iterations = 50 };
        ModelInsight insight = Calibrate(learned).Insight!;
        BitAdvice advice = insight.Advice.First(static a => a.Activations.Count > 0);
        Type owner = new[] { typeof(ResidualNet), typeof(ResidualBlock) }.Single(t => t.FullName == advice.Owner);
        ModelInsight followed = Calibrate(
            learned, new QuantizationOverride(owner, advice.Member) { A = advice.Bits }).Insight!;
        Assert.Equal(
            advice.Activations, followed.Activations.Where(a => a.Bits == advice.Bits).Select(static a => a.Name));
        Assert.True(
            followed.OutputSqnr > insight.OutputSqnr + (advice.Gain / 2),
            $"{insight.OutputSqnr} dB, advised {advice.Gain} dB more, then {followed.OutputSqnr} dB");
    }

    [Fact]
    public void Advice_names_the_member_that_a_part_is_reached_through_and_keeps_what_its_attribute_says()
    {
        var modules = _model.named_modules().ToDictionary(static m => m.name, static m => m.module);
        modules[""] = _model;
        Assert.Equal(
            [new(typeof(ResidualBlock), "conv1"), new ModelMember(typeof(ResidualNet), "layers")],
            ModelMember.On(modules, "layers.1.conv1"));
        Assert.Equal([new ModelMember(typeof(ResidualNet), "linear")], ModelMember.On(modules, "linear.weight"));
        Assert.Equal(
            [new ModelMember(typeof(ResidualNet), "layers")], ModelMember.On(modules, "layers.1.add.output#2"));
        QuantizationOverride[] overrides =
        [
            new(typeof(ResidualNet), "layers") { A = 8, Method = Method.Nearest },
            new(typeof(ResidualNet), "conv1") { W = 2 },
        ];
        Assert.Equal(
            "[Quantize(W = 4, A = 8, Method = Method.Nearest)]",
            new ModelMember(typeof(ResidualNet), "layers").Line(4, null, overrides));
        Assert.Equal(
            "[Quantize(W = 2, A = 6)]", new ModelMember(typeof(ResidualNet), "conv1").Line(null, 6, overrides));
        Assert.Equal("[Quantize(A = 6)]", new ModelMember(typeof(ResidualNet), "linear").Line(null, 6, overrides));
    }

    [Fact]
    public void Advice_takes_bits_from_nothing()
    {
        CalibrationOutcome outcome = Calibrate(Settings with { A = 2 });
        using Twin twin = TwinOf(outcome);
        ActivationQuantizer input = twin.Context.Activations.Single(static a => a.Bits == 8);
        Assert.StartsWith("layers.1.", input.Name, StringComparison.Ordinal);
        IReadOnlyList<BitCandidate<ActivationQuantizer>> candidates = new BitCandidates(twin.Model).OfActivations();
        Assert.Contains(candidates, static c => c.Parts.Count > 1);
        Assert.All(
            candidates,
            static c =>
                Assert.All(
                    c.Parts,
                    p => Assert.True(p.Bits < c.Bits, $"{p.Name} has {p.Bits} bits, {c.Member.Name} gives {c.Bits}")));
    }

    [Fact]
    public void A_histogram_counts_every_weight_of_the_artifact_on_its_level()
    {
        CalibrationOutcome outcome = Calibrate(Settings);
        foreach ((LayerInsight layer, QuantizedLayerState state) in outcome.Insight!.Layers.Zip(outcome.State.Layers))
        {
            Assert.Equal(state.Name, layer.Name);
            Assert.Equal(1 << state.Bits, layer.Histogram.Count);
            Assert.Equal(state.Levels.numel(), layer.Histogram.Sum());
            byte[] levels = state.Levels.data<byte>().ToArray();
            Assert.Equal(levels.Count(static l => l == 1), layer.Histogram[1]);
        }
    }

    [Fact]
    public void Rounded_to_nearest_before_and_after_are_the_same_and_learned_they_are_not()
    {
        Assert.All(
            Calibrate(Settings with { Method = Method.Nearest }).Insight!.Layers,
            static l => Assert.Equal(l.SqnrAfter, l.SqnrBefore, 9));
        CalibrationOutcome learned = Calibrate(Settings with { Iterations = 200, LearningRate = 1e-2 });
        LayerInsight last = learned.Insight!.Layers.Single(static l => l.Name == "layers.1.conv2");
        Assert.True(last.SqnrAfter > last.SqnrBefore, $"{last.SqnrBefore} dB, then {last.SqnrAfter} dB");
        UnitReport unit = learned.Units.Single(static u => u.Name == "layers.1");
        Assert.True(unit.SqnrAfter > unit.SqnrBefore, $"{unit.SqnrBefore} dB, then {unit.SqnrAfter} dB");
    }

    [Fact]
    public void The_last_units_ratio_is_that_of_the_models_output()
    {
        // The head has no activation function and all inputs are measured: both are the ratio of the logits.
        CalibrationOutcome outcome = Calibrate(Settings);
        Assert.Equal(outcome.Insight!.OutputSqnr, outcome.Units[^1].SqnrAfter, Tolerance);
        Assert.Equal(outcome.Insight.OutputSqnr, outcome.Insight.Layers[^1].SqnrAfter, Tolerance);
    }

    [Fact]
    public void Eight_bits_cost_little_wherever_they_are()
    {
        ModelInsight insight = Calibrate(Settings with { W = 8, A = 8, Method = Method.Nearest }).Insight!;
        Assert.All(insight.Layers, static l => Assert.InRange(l.Sensitivity, 35, double.PositiveInfinity));
        Assert.All(insight.Activations, static a => Assert.InRange(a.Sensitivity, 30, double.PositiveInfinity));
        Assert.All(insight.Activations, static a => Assert.InRange(a.Clipped, 0, 0.05));
        Assert.Empty(insight.Advice);
    }

    [Fact]
    public void Measuring_changes_nothing_and_gives_the_same_each_time()
    {
        CalibrationOutcome without = ModelQuantizer.Quantize(ResidualNet.Descriptor, Settings, _model, _inputs),
            first = Calibrate(Settings),
            second = Calibrate(Settings);
        Assert.Null(without.Insight);
        Assert.Equal(0, without.Profile.Seconds[CalibrationPhase.Insight]);
        Assert.True(first.Profile.Seconds[CalibrationPhase.Insight] > 0);
        foreach (
            (QuantizedLayerState expected, QuantizedLayerState found) in without.State.Layers.Zip(first.State.Layers))
        {
            Assert.Equal(expected.Bits, found.Bits);
            Assert.True(
                expected.Levels.equal(found.Levels).all().ToBoolean()
                    && expected.Scale.equal(found.Scale).all().ToBoolean()
                    && expected.ZeroPoint.equal(found.ZeroPoint).all().ToBoolean());
        }
        Assert.Equal(without.State.Activations, first.State.Activations);
        Assert.Equal(
            System.Text.Json.JsonSerializer.Serialize(first.Insight),
            System.Text.Json.JsonSerializer.Serialize(second.Insight));
    }

    [Fact]
    public void A_model_with_attention_and_embeddings_is_measured_too()
    {
        using var model = new SentenceNet();
        ModelInsight insight = ModelQuantizer
            .Quantize(
                SentenceNet.Descriptor,
                SentenceNet.Descriptor.Settings,
                model,
                randint(0, 20, [66, 6], ScalarType.Int64),
                insight: true)
            .Insight!;
        Assert.Equal(64, insight.Samples);
        Assert.All(
            insight.Layers,
            static l =>
                Assert.True(
                    double.IsFinite(l.SqnrAfter) && double.IsFinite(l.SqnrBefore) && double.IsFinite(l.Sensitivity),
                    l.Name));
        Assert.All(insight.Activations, static a => Assert.InRange(a.Clipped, 0, 1));
    }

    private CalibrationOutcome Calibrate(QuantizationSettings settings, params QuantizationOverride[] overrides) =>
        ModelQuantizer.Quantize(
            ResidualNet.Descriptor with
            {
                Overrides = overrides,
            },
            settings,
            _model,
            _inputs,
            insight: true);

    /// <summary>A twin of the model with the quantizers of an outcome.</summary>
    private Twin TwinOf(CalibrationOutcome outcome)
    {
        using IDisposable guard = no_grad();
        var twin = new Twin(QuantizedModel.Create(ResidualNet.Descriptor, _model), _inputs);
        foreach (QuantizedLayerState state in outcome.State.Layers)
        {
            QuantizedLayer layer = twin.Context.Layers.Single(l => l.Name == state.Name);
            layer.Weight.Bits = state.Bits;
            layer.Weight.Restore(state.Levels, state.Scale, state.ZeroPoint);
            layer.Weight.Enabled = true;
        }
        foreach (ActivationState state in outcome.State.Activations)
            twin.Context.Activations.Single(a => a.Name == state.Name)
                .Restore(state.Bits, state.Scale, state.ZeroPoint);
        return twin;
    }

    private sealed class Twin : IDisposable
    {
        private readonly QuantizedModule<Tensor, Tensor> _twin;
        private readonly Tensor _inputs, _expected;

        public Twin(QuantizedModule<Tensor, Tensor> twin, Tensor inputs)
        {
            (_twin, _inputs) = (twin, inputs);
            // Layers and quantizers come into being when they first run.
            _expected = twin.call(inputs);
        }

        public QuantizationContext Context => _twin.Context;

        public IModelTwin Model => (IModelTwin)_twin;

        public double Ratio()
        {
            using IDisposable guard = no_grad();
            double noise = (_twin.call(_inputs) - _expected).square().sum().ToDouble();
            return 10 * Math.Log10(_expected.square().sum().ToDouble() / noise);
        }

        public void Dispose() => _twin.Dispose();
    }
}
