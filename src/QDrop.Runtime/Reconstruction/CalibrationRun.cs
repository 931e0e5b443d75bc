using System.Diagnostics;
using QDrop.Artifacts;
using QDrop.Insight;
using QDrop.Modules;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Reconstruction;

/// <summary>One run of <see cref="ModelCalibrator"/>.</summary>
internal sealed class CalibrationRun : IDisposable
{
    /// <summary>Inputs of the first run. A second run with one more shows where in each tensor the samples are.</summary>
    private const int DiscoverySamples = 2;

    /// <summary>Bytes that a tensor of a batch rarely exceeds. Larger ones are activations of many inputs.</summary>
    private const int BatchTensor = 8 << 20;

    private readonly QuantizedModelDescriptor _descriptor;
    private readonly QuantizationSettings _settings;
    private readonly IModelTwin _twin;
    private readonly TwinRunner _runner;
    private readonly QuantizationContext _context;
    private readonly CalibrationBatches _batches;
    private readonly IProgress<CalibrationProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly DiscoveryExecutor _discovery;
    private readonly CalibrationCheckpoint? _checkpoint;
    private readonly ActivationMemory _memory;
    private readonly Lazy<string> _weightsHash, _calibrationHash;
    private readonly CalibrationProfile _profile = new();
    private Dictionary<Unit, UnitLayouts> _layouts = [];
    private IReadOnlySet<Unit> _resultNeeds = new HashSet<Unit>();
    private UnitRunner _units;
    private ModelCost _cost = new(1, []);
    private IReadOnlyList<UnitReport> _reports = [];
    private ModelInsight? _insight;

    public CalibrationRun(QuantizedModelDescriptor descriptor, QuantizationSettings settings, IModelTwin twin, IReadOnlyList<Tensor> inputs,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation, CalibrationCheckpoint? checkpoint = null, CalibrationMemory? memory = null)
    {
        NativeHeap.KeepFreedMemory(BatchTensor);
        _descriptor = descriptor;
        _settings = settings;
        _twin = twin;
        _context = twin.Context;
        _context.Method = settings.Method;
        _context.Granularity = settings.Granularity;
        _runner = new TwinRunner(descriptor.Name, twin);
        _batches = new CalibrationBatches(twin, inputs);
        _progress = progress;
        _cancellation = cancellation;
        _checkpoint = checkpoint;
        _memory = new ActivationMemory(memory);
        _weightsHash = new(() => WeightFile.Hash(_twin.Float));
        _calibrationHash = new(() => CalibrationData.Hash(_batches.Inputs));
        _discovery = new DiscoveryExecutor(_context);
        _units = new UnitRunner(_batches, _layouts, _profile, cancellation, _memory);
    }

    /// <summary>Runs the twin once, quantizers off: its layers and units come into being, and it must give what the model gives.</summary>
    public void Discover()
    {
        Report("discover", null, 0, 0, 0);
        using var lap = _profile.In(CalibrationPhase.Discovery);
        using var scope = NewDisposeScope();
        Bundle expected;
        using (no_grad())
            expected = _runner.Float(_batches.Repeated(DiscoverySamples));
        Bundle found = _runner.Run(_batches.Repeated(DiscoverySamples), _discovery);
        if (_context.Layers.Count == 0)
        {
            throw new QDropException("QDROP232", $"'{_descriptor.Name}' ran no layer with weights to quantize: there is nothing to do. Expected at least one convolution, linear layer, embedding or attention in forward.");
        }
        _runner.Check(expected, found);
        _resultNeeds = _discovery.NeedsOf(found);
        var others = new ShapeExecutor(_context);
        using (no_grad())
            _cost = ModelCost.Of(_twin.Float, _context.Layers, () => _runner.Run(_batches.Repeated(DiscoverySamples + 1), others));
        _layouts = _discovery.Shapes.Layouts(DiscoverySamples, others.Shapes, DiscoverySamples + 1);
        _units = new UnitRunner(_batches, _layouts, _profile, _cancellation, _memory);
        AssignBits();
        TryInputs();
    }

    /// <summary>Weight ranges for every layer, then activation ranges with float weights.</summary>
    public void SearchRanges()
    {
        Report("ranges", null, 0, 0, 0);
        using var guard = no_grad();
        using (_profile.In(CalibrationPhase.WeightRanges))
        {
            foreach (QuantizedLayer layer in _context.Layers)
            {
                _cancellation.ThrowIfCancellationRequested();
                layer.Weight.SearchRange();
            }
        }
        _context.Enable(weights: false, activations: false);
        using var lap = _profile.In(CalibrationPhase.ActivationRanges);
        // A unit-by-unit run searches its units' ranges again, on quantized inputs.
        Observe(_context.Activations, _batches.Inputs[0].shape[0], (start, count) => _runner.With(new ObservingExecutor(_context, _cancellation), () => _runner.Run(_batches.Part(start, count))));
    }

    /// <summary>Unit by unit: capture the inputs, reconstruct, keep the outputs for the units after it. What a checkpoint has is not done again.</summary>
    public void Reconstruct()
    {
        using var floats = new ReplayExecutor(_layouts, _batches.Inputs, _memory);
        using var quantized = new ReplayExecutor(_layouts, _batches.Inputs, _memory);
        using FisherWeights? fisher = _settings.Loss == LossKind.Fisher ? new(_runner, _context, _batches, _layouts, quantized, _cancellation, _memory) : null;
        IReadOnlyList<Unit> units = _discovery.Units;
        var finished = new FinishedUnits(_checkpoint, () => CheckpointOrigin.Of(_descriptor, _settings, _weightsHash.Value, _calibrationHash.Value), units);
        _reports = finished.Reports;
        finished.Restore();
        int restored = finished.Reports.Count;
        for (int k = restored == units.Count ? restored : 0; k < units.Count; k++)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            Unit unit = units[k];
            Report("reconstruct", unit.Name, k + 1, 0, 0);
            SetQuantized(false);
            using Samples floatInput = Capture(floats, unit);
            Samples floatOutput = _units.Compute(unit, floatInput);
            SetQuantized(true);
            using Samples quantizedInput = Capture(quantized, unit);
            Samples output;
            if (k < restored)
            {
                output = _units.Compute(unit, quantizedInput);
            }
            else
            {
                (output, UnitReport report) = Reconstruct(unit, k, quantizedInput, floatInput, floatOutput, fisher);
                finished.Add(report with { Seconds = clock.Elapsed.TotalSeconds });
            }
            if (k == units.Count - 1)
                break;
            quantized.Keep(unit, output.DetachFromDisposeScope());
            floats.Keep(unit, floatOutput.DetachFromDisposeScope());
            foreach (Unit done in units.Take(k + 1).Where(u => !units.Skip(k + 1).Any(later => _discovery.Needs(later).Contains(u)) && !(fisher is not null && _resultNeeds.Contains(u))))
            {
                quantized.Forget(done);
                floats.Forget(done);
            }
        }
        _context.Enable(weights: true, activations: true);
    }

    /// <summary>Measures the calibrated model.</summary>
    public void Measure()
    {
        Report("insight", null, 0, 0, 0);
        using var lap = _profile.In(CalibrationPhase.Insight);
        _insight = new InsightMeasurement(_descriptor, _twin, _runner, _batches, _discovery.Units, _cancellation).Run();
    }

    /// <summary>The quantized model, its tensors outside every dispose scope.</summary>
    public CalibrationOutcome Outcome()
    {
        using var guard = no_grad();
        QuantizedLayerState[] layers = [.. _context.Layers.Select(l => new QuantizedLayerState(l.Name, l.Weight.Bits, Own(l.Weight.Levels()), Own(l.Weight.Scale!), Own(l.Weight.ZeroPoint!),
            l.ChannelAxis, l.Bias is null ? null : Own(l.Bias)))];
        ActivationState[] activations = [.. _context.Activations.Select(a => new ActivationState(a.Name, a.Bits, a.Scale!.ToSingle(), a.ZeroPoint!.ToSingle()))];
        UnitState[] units = [.. _discovery.Units.Select(u => new UnitState(u.Name, u.IsBlock, [.. u.Layers.Select(l => l.Name)], [.. u.Activations.Select(a => a.Name)]))];
        var manifest = new Manifest
        {
            Model = _descriptor.Name,
            Fingerprint = _descriptor.Fingerprint,
            Settings = _settings,
            Units = units,
            WeightsHash = _weightsHash.Value,
            CalibrationHash = _calibrationHash.Value,
            Versions = LibraryVersions.Current(),
        };
        Dictionary<string, Tensor> floats = StateBinding.FloatTensors(_twin.Float, _context).ToDictionary(t => t.Key, t => Own(t.Value));
        return new CalibrationOutcome(new QuantizedModelState(manifest, layers, activations, floats), _reports, _cost) { Profile = _profile, Insight = _insight };

        static Tensor Own(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Executor = null;
        _discovery.Dispose();
        _batches.Dispose();
        _memory.Dispose();
    }

    /// <summary>One unit. What it gives depends on what goes into it and on its number alone, so that it is the same in a calibration that was resumed.</summary>
    private (Samples Output, UnitReport Report) Reconstruct(Unit unit, int number, Samples quantizedInput, Samples floatInput, Samples floatOutput, FisherWeights? fisher)
    {
        if (_settings.Order == CalibrationOrder.UnitByUnit)
            ObserveUnit(unit, quantizedInput);
        Samples output = _units.Compute(unit, quantizedInput);
        double before = _units.Error(unit, quantizedInput, output, floatOutput);
        var report = new UnitReport(unit.Name, unit.IsBlock, [.. unit.Layers.Select(l => l.Name)], 0, before, before, 0) { SignalPower = _units.Power(unit, quantizedInput, floatOutput) };
        if (!Learns(unit))
            return (output, report);
        using Samples? weights = Weights(fisher, unit, output);
        var divergence = new DivergenceGuard(weights is null ? before : _units.Error(unit, quantizedInput, output, floatOutput, weights), report.SignalPower);
        output.Dispose();
        var reconstructor = new UnitReconstructor(_settings with { Method = _context.MethodOf(unit.Name) }, new SeededDraws(_settings.Seed, number)) { Profile = _profile, Guard = divergence, OutputWeights = weights };
        UnitResult result = reconstructor.Reconstruct(unit, quantizedInput, floatInput, floatOutput,
            new Relay(p => Report("reconstruct", unit.Name, number + 1, p.Iteration, p.Loss)), _cancellation);
        SetQuantized(true);
        output = _units.Compute(unit, quantizedInput);
        double after = _units.Error(unit, quantizedInput, output, floatOutput);
        return (output, report with { Iterations = _settings.Iterations, ErrorAfter = after, LearningSeconds = result.Duration.TotalSeconds });
    }

    /// <summary>Runs the twin, quantizers off, on all inputs: one that it does not take, such as an index out of range, shows before anything is computed at length.</summary>
    private void TryInputs()
    {
        using var guard = no_grad();
        _context.Enable(weights: false, activations: false);
        foreach (CalibrationBatch batch in _batches.All)
        {
            _cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            _runner.Run(batch.Inputs, new ObservingExecutor(_context, _cancellation));
        }
    }

    private Samples? Weights(FisherWeights? fisher, Unit unit, Samples output)
    {
        using var lap = _profile.In(CalibrationPhase.Outputs);
        Samples? weights = fisher?.Of(unit, output);
        SetQuantized(true);
        return weights;
    }

    /// <summary>8 bits, or what the settings say, for the first and last layer and for what the last layer reads; where an attribute says something, that.</summary>
    private void AssignBits()
    {
        QuantizedLayer first = _context.Layers[0], last = _context.Layers[^1];
        ActivationQuantizer? input = _context.Trace.TakeWhile(t => t != last).OfType<ActivationQuantizer>().LastOrDefault();
        foreach (QuantizedLayer layer in _context.Layers)
        {
            layer.Weight.Range = RangeOptions.OfWeights(_settings);
            layer.Weight.PerChannel = _settings.WeightsPerChannel;
            layer.Weight.Bits = _context.Overrides.W(layer.Name) ?? (layer == first || layer == last ? _settings.FirstLast : _settings.W);
        }
        foreach (ActivationQuantizer activation in _context.Activations)
        {
            activation.Range = RangeOptions.OfActivations(_settings);
            activation.Bits = _context.Overrides.A(activation.Name) ?? (activation == input ? _settings.FirstLast : _settings.A);
        }
    }

    /// <summary>The network that a unit's inputs come from. Learned rounding alone sees float activations until all weights are done.</summary>
    private void SetQuantized(bool on) => _context.Enable(weights: on, activations: on && _settings.Method != Method.AdaRound);

    private Samples Capture(ReplayExecutor executor, Unit unit)
    {
        using var lap = _profile.In(CalibrationPhase.Inputs);
        using var guard = no_grad();
        return _runner.With(executor, () => executor.Capture(inputs => _runner.Run(inputs), _batches.All, unit, _cancellation));
    }

    /// <summary>Whether there is something to learn. Where layers are shared, the first unit that runs them learns their rounding, later ones only their scales.</summary>
    private bool Learns(Unit unit) => _context.MethodOf(unit.Name) switch
    {
        Method.Nearest => false,
        Method.QDrop when unit.Activations.Count > 0 && _settings.ActivationLearning != ActivationLearning.Fixed => true,
        _ => unit.Learning.Any(),
    };

    private void ObserveUnit(Unit unit, Samples input)
    {
        using var lap = _profile.In(CalibrationPhase.ActivationRanges);
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _context.Enable(weights: false, activations: false);
        Observe(unit.Activations, input.Count, (start, count) => unit.Compute(input.Slice(start, count)));
        SetQuantized(true);
    }

    /// <summary>Lets quantizers observe: all inputs at once, or in batches where ranges are means of those of batches.</summary>
    private void Observe(IReadOnlyList<ActivationQuantizer> activations, long samples, Func<long, long, Bundle> run)
    {
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = true;
        long all = Math.Min(_settings.RangeSamples, samples), size = RangeOptions.OfActivations(_settings).IsAverage ? _settings.BatchSize : all;
        for (long start = 0; start < all; start += size)
        {
            _cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope())
                run(start, Math.Min(size, all - start));
        }
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = false;
    }

    private void Report(string phase, string? unit, int index, int iteration, double loss) =>
        _progress?.Report(new CalibrationProgress(phase, unit, index, _discovery.Units.Count, iteration, _settings.Iterations, loss));

    private sealed class Relay(Action<UnitProgress> report) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value) => report(value);
    }
}
