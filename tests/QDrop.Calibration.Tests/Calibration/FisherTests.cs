using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;
using QDrop.Tests.Golden;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Errors weighted by the Fisher information (arXiv 2102.05426, section 3.3).</summary>
public sealed class FisherTests : IDisposable
{
    private const int Samples = 70;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ResidualNet _model;
    private readonly Tensor _inputs;

    public FisherTests()
    {
        set_num_threads(1);
        manual_seed(7);
        _model = new ResidualNet();
        _model.eval();
        _inputs = randn(Samples, 3, 16, 16);
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void At_the_models_output_they_are_the_squared_differences_of_the_predicted_probabilities()
    {
        (Tensor weights, Tensor scores, Tensor shifted) = Weights("linear");
        Tensor expected = (shifted.softmax(1) - scores.softmax(1)).square();
        Near.Equal(Near.Values(expected / expected.mean()), weights, 1e-3, 1e-4);
    }

    [Fact]
    public void Before_the_head_they_are_what_pooling_and_linear_layer_pass_back()
    {
        (Tensor weights, _, Tensor shifted) = Weights("layers.1");
        using IDisposable guard = no_grad();
        Tensor quantized = _model.linear.call(_model.pool.call(shifted).flatten(1)), scores = _model.call(_inputs);
        // Pooling shares the gradient out among the pixels.
        Tensor expected = (quantized.softmax(1) - scores.softmax(1)).matmul(_model.linear.weight!).square();
        Near.Equal(
            Near.Values((expected / expected.mean()).unsqueeze(2).unsqueeze(3).expand(weights.shape)),
            weights,
            1e-3,
            1e-4);
    }

    [Fact]
    public void Where_the_distributions_are_equal_every_error_weighs_the_same()
    {
        (Tensor weights, _, _) = Weights("linear", noise: 0);
        Assert.Equal(1, weights.mean().ToDouble(), 1e-5);
    }

    [Fact]
    public void Calibration_reconstructs_every_unit_with_them_and_the_same_way_each_time()
    {
        CalibrationOutcome one = Run(LossKind.Fisher), two = Run(LossKind.Fisher), plain = Run(LossKind.MeanSquared);
        Assert.Equal(one.Units.Select(u => u.ErrorAfter), two.Units.Select(u => u.ErrorAfter));
        Assert.NotEqual(one.Units.Select(u => u.ErrorAfter), plain.Units.Select(u => u.ErrorAfter));
        Assert.All(one.Units, unit => Assert.Equal(20, unit.Iterations));
        Assert.All(one.State.Layers, layer => Assert.True(layer.Scale.isfinite().all().item<bool>()));
    }

    [Fact]
    public void A_model_that_predicts_one_number_is_refused_with_what_to_do()
    {
        using var model = new Regressor();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(Regressor.Descriptor, Regressor.Descriptor.Settings, model, randn(8, 4)));
        Assert.Equal("QDROP006", error.Code);
        Assert.Contains("at least two classes", error.Message, StringComparison.Ordinal);
    }

    private CalibrationOutcome Run(LossKind loss) =>
        ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            ResidualNet.Descriptor.Settings with
            {
                Loss = loss,
            },
            _model,
            _inputs);

    /// <summary>
    /// The weights of a unit's outputs that differ from the float network's by noise; the float network's outputs;
    /// those with noise.
    /// </summary>
    private (Tensor Weights, Tensor Plain, Tensor Shifted) Weights(string name, double noise = 0.5)
    {
        var twin = (IModelTwin)QuantizedModel.Create(ResidualNet.Descriptor, _model);
        var runner = new TwinRunner("net", twin);
        using var batches = new CalibrationBatches(twin, [_inputs]);
        using var discovery = new DiscoveryExecutor(twin.Context, samples: 2);
        runner.Run(batches.Spread(2), discovery);
        var others = new ShapeExecutor(twin.Context, 3, discovery.Dependence);
        runner.Run(batches.Spread(3), others);
        Dictionary<Unit, UnitLayouts> layouts = discovery.Shapes.Layouts(2, others.Shapes, 3);
        using var replay = new ReplayExecutor(layouts, batches.Inputs);
        var units = new UnitRunner(batches, layouts, new(), default);
        twin.Context.Enable(weights: false, activations: false);
        foreach (Unit unit in discovery.Units)
        {
            Samples input, output;
            using (no_grad())
            {
                input = runner.With(replay, () => replay.Capture(i => runner.Run(i), batches.All, unit, default));
                output = units.Compute(unit, input);
            }
            if (unit.Name == name)
            {
                Tensor plain = output.Values[0], shifted = plain + randn_like(plain) * noise;
                using var fisher = new FisherWeights(runner, twin.Context, batches, layouts, replay, default);
                return (fisher.Of(unit, shifted)!.Values[0], plain, shifted);
            }
            replay.Keep(unit, output.DetachFromDisposeScope());
        }
        throw new ArgumentException(name);
    }

    private sealed class Regressor : nn.Module<Tensor, Tensor>, IQuantizable
    {
        private readonly TorchSharp.Modules.Linear linear = nn.Linear(4, 1);

        public Regressor() : base(nameof(Regressor)) => RegisterComponents();

        public static QuantizedModelDescriptor Descriptor { get; } =
            new()
            {
                Name = typeof(Regressor).FullName!,
                Fingerprint = new string('a', 64),
                CreateModel = static () => new Regressor(),
                Settings = new QuantizationSettings
                {
                    Iterations = 5,
                    Samples = 8,
                    RangeSamples = 8,
                    BatchSize = 4,
                    Loss = LossKind.Fisher,
                },
            };

        public override Tensor forward(Tensor x) => linear.call(x);

        IQuantizedModule IQuantizable.CreateQuantized(QuantizationContext context, Feeds output) =>
            new Quantized(this, context, output);

        private sealed class Quantized : QuantizedModule<Tensor, Tensor>
        {
            private readonly Chain _linear;

            internal Quantized(Regressor model, QuantizationContext context, Feeds output)
                : base(model, context, output, isBlock: false) =>
                _linear = Sites.Chain("linear", Feeds.Result, () => [model.linear]);

            public override Tensor forward(Tensor x) => _linear.forward(x);
        }
    }
}
