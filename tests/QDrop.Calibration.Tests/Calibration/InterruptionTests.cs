using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What ends a calibration before its end: cancellation, and learning that diverges.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ResidualNet _model;
    private readonly Tensor _inputs;

    public InterruptionTests()
    {
        set_num_threads(1);
        manual_seed(7);
        _model = new ResidualNet();
        _model.eval();
        _inputs = randn(48, 3, 16, 16);
    }

    private static QuantizationSettings Settings => ResidualNet.Descriptor.Settings;

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData("discover")]
    [InlineData("ranges")]
    public void Cancelled_before_a_range_is_searched_none_is(string phase)
    {
        using var source = new CancellationTokenSource();
        using var prepared = new PreparedModel(ResidualNet.Descriptor, _model);
        IModelTwin twin = prepared.Twin;
        using var run = new PostTrainingQuantizer(
            prepared,
            Settings,
            new CalibrationSet([_inputs]),
            new CancelAt(p => p.Phase == phase, source),
            source.Token);
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            run.Discover();
            run.SearchRanges();
        });
        Assert.NotEmpty(twin.Context.Layers);
        Assert.All(twin.Context.Layers, static l => Assert.Null(l.Weight.Scale));
        Assert.All(twin.Context.Activations, static a => Assert.Null(a.Scale));
    }

    [Fact]
    public void Cancelled_while_activations_are_observed_no_further_unit_is_run()
    {
        using var source = new CancellationTokenSource();
        using QuantizedModule<Tensor, Tensor> twin = QuantizedModel.Create(ResidualNet.Descriptor, _model);
        var runner = new TwinRunner("model", (IModelTwin)twin);
        using var discovery = new DiscoveryExecutor(twin.Context, _inputs.shape[0]);
        runner.Run(new([_inputs]), discovery);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new ObservingExecutor(twin.Context, source.Token).Run(discovery.Units[0], new([_inputs])));
        Assert.Null(twin.Context.Current);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancelled_at_a_unit_nothing_more_is_computed_of_it(int unit)
    {
        using var source = new CancellationTokenSource();
        List<(int Unit, int Iteration)> told = [];
        var progress = new CancelAt(p =>
        {
            told.Add((p.UnitIndex, p.Iteration));
            return p.UnitIndex == unit;
        }, source);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelQuantizer.Quantize(ResidualNet.Descriptor, Settings, _model, _inputs, progress, source.Token));
        Assert.Equal((unit, 0), told[^1]);
    }

    [Fact]
    public void Cancelled_within_a_run_of_the_model_no_further_layer_is_run()
    {
        using var source = new CancellationTokenSource();
        using var prepared = new PreparedModel(ResidualNet.Descriptor, _model);
        IModelTwin twin = prepared.Twin;
        using var calibration = new CalibrationContext(
            prepared, Settings, new CalibrationSet([_inputs]), progress: null, source.Token, memory: null);
        IReadOnlyList<Unit> units = new ModelDiscovery(calibration).Run().Units;
        int observed = 0;
        var watcher = new CancelAfter(2, source, () => observed++);
        twin.Context.Watcher = watcher;
        Assert.ThrowsAny<OperationCanceledException>(() => calibration.Runner.Run(new([_inputs])));
        Assert.True(units.Sum(static u => u.Layers.Count) > 2, "The model is too small.");
        Assert.Equal(2, observed);
    }

    [Fact]
    public void Learning_that_diverges_stops_with_the_unit_the_settings_and_advice()
    {
        // Steps of about half a grid's width, at scales of a 255th of it.
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                Settings with
                {
                    W = 8,
                    A = 8,
                    ActivationLearningRate = 4,
                    Iterations = 200,
                },
                _model,
                _inputs));
        Assert.Equal("QDROP240", error.Code);
        Assert.Contains("'conv1' grew to more than 10 times its start", error.Message, StringComparison.Ordinal);
        Assert.Contains("W 8, A 8, Drop 0.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("Lower LearningRate or ActivationLearningRate", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Cancels when it has seen the outputs of so many layers.</summary>
    private sealed class CancelAfter(int layers, CancellationTokenSource source, Action seen) : IValueWatcher
    {
        private int _seen;

        public Tensor OnValue(QuantizedLayer layer, Tensor output)
        {
            seen();
            if (++_seen == layers)
                source.Cancel();
            return output;
        }

        public Tensor OnValue(QDrop.Quantizers.ActivationQuantizer quantizer, Tensor input) => input;
    }

    private sealed class CancelAt(Func<CalibrationProgress, bool> when, CancellationTokenSource source)
        : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (when(value))
                source.Cancel();
        }
    }
}
