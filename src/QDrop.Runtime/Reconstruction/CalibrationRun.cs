using System.Diagnostics;
using QDrop.Artifacts;
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

    private readonly QuantizedModelDescriptor _descriptor;
    private readonly QuantizationSettings _settings;
    private readonly IModelTwin _twin;
    private readonly Unit? _root;
    private readonly QuantizationContext _context;
    private readonly CalibrationBatches _batches;
    private readonly IProgress<CalibrationProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly DiscoveryExecutor _discovery;
    private readonly List<UnitReport> _reports = [];
    private Dictionary<Unit, UnitLayouts> _layouts = [];

    public CalibrationRun(QuantizedModelDescriptor descriptor, QuantizationSettings settings, IModelTwin twin, IReadOnlyList<Tensor> inputs,
        IProgress<CalibrationProgress>? progress, CancellationToken cancellation)
    {
        _descriptor = descriptor;
        _settings = settings;
        _twin = twin;
        _context = twin.Context;
        _context.Method = settings.Method;
        _root = twin.IsBlock ? new BlockUnit(_context, descriptor.Name, arguments => new([twin.Run(arguments)])) : null;
        _batches = new CalibrationBatches(twin, inputs);
        _progress = progress;
        _cancellation = cancellation;
        _discovery = new DiscoveryExecutor(_context);
    }

    /// <summary>Runs the twin once, quantizers off: its layers and units come into being, and it must give what the model gives.</summary>
    public void Discover()
    {
        Report("discover", null, 0, 0, 0);
        using var scope = NewDisposeScope();
        Bundle expected;
        using (no_grad())
            expected = RunUserCode(arguments => new([_twin.RunFloat(arguments)]), _batches.Repeated(DiscoverySamples));
        Bundle found = Stand(_discovery, () => RunUserCode(Forward, _batches.Repeated(DiscoverySamples)));
        if (_context.Layers.Count == 0)
        {
            throw new QDropException("QDROP232", $"'{_descriptor.Name}' ran no layer with weights to quantize: there is nothing to do. Expected at least one convolution, linear layer, embedding or attention in forward.");
        }
        CheckTwin(expected, found);
        var others = new ShapeExecutor(_context);
        using (no_grad())
            Stand(others, () => RunUserCode(Forward, _batches.Repeated(DiscoverySamples + 1)));
        _layouts = _discovery.Shapes.Layouts(DiscoverySamples, others.Shapes, DiscoverySamples + 1);
        AssignBits();
    }

    /// <summary>Weight ranges for every layer, then activation ranges with float weights.</summary>
    public void SearchRanges()
    {
        Report("ranges", null, 0, 0, 0);
        using var guard = no_grad();
        foreach (QuantizedLayer layer in _context.Layers)
        {
            _cancellation.ThrowIfCancellationRequested();
            layer.Weight.SearchRange();
        }
        _context.Enable(weights: false, activations: false);
        // A unit-by-unit run searches its units' ranges again, on quantized inputs.
        Observe(_context.Activations, () => Forward(_batches.First(_settings.RangeSamples)));
    }

    /// <summary>Unit by unit: capture the inputs, reconstruct, keep the outputs for the units after it.</summary>
    public void Reconstruct()
    {
        using var floats = new ReplayExecutor(_layouts);
        using var quantized = new ReplayExecutor(_layouts);
        IReadOnlyList<Unit> units = _discovery.Units;
        var draws = new SeededDraws(_settings.Seed);
        for (int k = 0; k < units.Count; k++)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            Unit unit = units[k];
            Report("reconstruct", unit.Name, k + 1, 0, 0);
            SetQuantized(false);
            Samples floatInput = Capture(floats, unit);
            Samples floatOutput = Compute(unit, floatInput);
            SetQuantized(true);
            Samples quantizedInput = Capture(quantized, unit);
            if (_settings.Order == CalibrationOrder.UnitByUnit)
                ObserveUnit(unit, quantizedInput);
            double before = Error(unit, quantizedInput, floatOutput);
            double after = before;
            bool learns = Learns(unit);
            if (learns)
            {
                int index = k + 1;
                var reconstructor = new UnitReconstructor(_settings with { Method = _context.MethodOf(unit.Name) }, draws);
                reconstructor.Reconstruct(unit, quantizedInput, floatInput, floatOutput,
                    new Relay(p => Report("reconstruct", unit.Name, index, p.Iteration, p.Loss)), _cancellation);
                SetQuantized(true);
                after = Error(unit, quantizedInput, floatOutput);
            }
            bool last = k == units.Count - 1;
            if (!last)
            {
                quantized.Keep(unit, Compute(unit, quantizedInput).DetachFromDisposeScope());
                floats.Keep(unit, floatOutput.DetachFromDisposeScope());
                foreach (Unit done in units.Take(k + 1).Where(u => !units.Skip(k + 1).Any(later => _discovery.Needs(later).Contains(u))))
                {
                    quantized.Forget(done);
                    floats.Forget(done);
                }
            }
            floatInput.Dispose();
            quantizedInput.Dispose();
            _reports.Add(new UnitReport(unit.Name, unit.IsBlock, [.. unit.Layers.Select(l => l.Name)], learns ? _settings.Iterations : 0, before, after, clock.Elapsed.TotalSeconds));
        }
        _context.Enable(weights: true, activations: true);
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
            WeightsHash = WeightFile.Hash(_twin.Float),
            CalibrationHash = CalibrationData.Hash(_batches.Inputs),
            Versions = LibraryVersions.Current(),
        };
        Dictionary<string, Tensor> floats = StateBinding.FloatTensors(_twin.Float, _context).ToDictionary(t => t.Key, t => Own(t.Value));
        return new CalibrationOutcome(new QuantizedModelState(manifest, layers, activations, floats), _reports);

        static Tensor Own(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Executor = null;
        _discovery.Dispose();
        _batches.Dispose();
    }

    /// <summary>8 bits, or what the settings say, for the first and last layer and for what the last layer reads; where an attribute says something, that.</summary>
    private void AssignBits()
    {
        QuantizedLayer first = _context.Layers[0], last = _context.Layers[^1];
        ActivationQuantizer? input = _context.Trace.TakeWhile(t => t != last).OfType<ActivationQuantizer>().LastOrDefault();
        foreach (QuantizedLayer layer in _context.Layers)
            layer.Weight.Bits = _context.Overrides.W(layer.Name) ?? (layer == first || layer == last ? _settings.FirstLast : _settings.W);
        foreach (ActivationQuantizer activation in _context.Activations)
            activation.Bits = _context.Overrides.A(activation.Name) ?? (activation == input ? _settings.FirstLast : _settings.A);
    }

    /// <summary>The network that a unit's inputs come from. Learned rounding alone sees float activations until all weights are done.</summary>
    private void SetQuantized(bool on) => _context.Enable(weights: on, activations: on && _settings.Method != Method.AdaRound);

    /// <summary>Runs the twin on copies of the inputs, which <c>forward</c> may change.</summary>
    private Bundle Forward(Bundle inputs)
    {
        Bundle copies = inputs.Select(static t => t.clone());
        if (_root is null)
            return new([_twin.Run(copies)]);
        return _root.IsStoodInFor ? _root.StandIn(copies) : _root.Compute(copies);
    }

    private T Stand<T>(UnitExecutor executor, Func<T> run)
    {
        _context.Executor = executor;
        try
        {
            return run();
        }
        finally
        {
            _context.Executor = null;
        }
    }

    private Samples Capture(ReplayExecutor executor, Unit unit)
    {
        using var guard = no_grad();
        return Stand(executor, () => executor.Capture(inputs => Forward(inputs), _batches.All, unit, _cancellation));
    }

    private Samples Compute(Unit unit, Samples input)
    {
        using var guard = no_grad();
        var parts = new List<Bundle>();
        foreach ((long start, long count) in Parts(input))
        {
            _cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            parts.Add(unit.Compute(input.Slice(start, count)).Select(static t => t.detach().MoveToOuterDisposeScope()));
        }
        Samples all = Samples.Of(_layouts[unit].Outputs, parts);
        foreach (Tensor part in parts.SelectMany(static p => p.Tensors))
            part.Dispose();
        return all;
    }

    /// <summary>Mean squared error of a unit's outputs, summed over channels: the loss that reconstruction lowers.</summary>
    private double Error(Unit unit, Samples input, Samples expected)
    {
        using var guard = no_grad();
        int[] targets = UnitReconstructor.Targets(input, expected);
        var sums = new double[targets.Length];
        foreach ((long start, long count) in Parts(input))
        {
            using var scope = NewDisposeScope();
            IReadOnlyList<Tensor> found = unit.Compute(input.Slice(start, count)).Tensors, wanted = expected.Slice(start, count).Tensors;
            for (int i = 0; i < targets.Length; i++)
                sums[i] += (found[targets[i]] - wanted[targets[i]]).square().sum().ToDouble();
        }
        return targets.Select((target, i) => sums[i] * expected.Values[target].shape[UnitReconstructor.ChannelAxis(unit, expected, target)] / expected.Values[target].numel()).Sum();
    }

    /// <summary>The batches in which a unit is computed: one where its inputs do not depend on the sample.</summary>
    private IEnumerable<(long Start, long Count)> Parts(Samples input) => input.IsShared ? [(0, 1)] : _batches.All.Select(static b => (b.Start, b.Count));

    /// <summary>Whether there is something to learn. Where layers are shared, the first unit that runs them learns their rounding, later ones only their scales.</summary>
    private bool Learns(Unit unit) => _context.MethodOf(unit.Name) switch
    {
        Method.Nearest => false,
        Method.QDrop when unit.Activations.Count > 0 => true,
        _ => unit.Learning.Any(),
    };

    private void ObserveUnit(Unit unit, Samples input)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _context.Enable(weights: false, activations: false);
        Observe(unit.Activations, () => unit.Compute(input.Slice(0, Math.Min(_settings.RangeSamples, input.Count))));
        SetQuantized(true);
    }

    private void CheckTwin(Bundle expected, Bundle found)
    {
        if (expected.Tensors.Count != found.Tensors.Count)
            throw Different($"it gives {found.Tensors.Count} tensors, the model {expected.Tensors.Count}");
        foreach ((Tensor own, Tensor other) in found.Tensors.Zip(expected.Tensors).Where(static p => p.Second.is_floating_point()))
        {
            if (!own.shape.SequenceEqual(other.shape))
                throw Different($"an output has shape [{string.Join(", ", own.shape)}], the model's [{string.Join(", ", other.shape)}]");
            double error = (own.detach() - other).abs().max().ToDouble(), size = other.abs().max().ToDouble();
            if (error > 1e-3 * Math.Max(size, 1e-6))
                throw Different(FormattableString.Invariant($"outputs differ by {error:g3}, where the greatest is {size:g3}"));
        }

        QDropException Different(string how) => new("QDROP233", $"The twin of '{_descriptor.Name}' does not compute what the model computes: {how}. "
            + "Does forward depend on state, on randomness, or on training mode? Otherwise this is an error of QDrop: please report the model.");
    }

    private static void Observe(IReadOnlyList<ActivationQuantizer> activations, Func<Bundle> run)
    {
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = true;
        using (NewDisposeScope())
            run();
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = false;
    }

    private Bundle RunUserCode(Func<Bundle, Bundle> forward, Bundle inputs)
    {
        string shapes = string.Join(" and ", inputs.Tensors.Select(static t => $"[{string.Join(", ", t.shape)}] ({t.dtype})"));
        try
        {
            return forward(inputs);
        }
        catch (Exception error) when (error is not (QDropException or OperationCanceledException) && new StackTrace(error).GetFrame(0)?.GetMethod()?.Module.Assembly == typeof(Tensor).Assembly)
        {
            // TorchSharp or libtorch refused the values: shapes or types do not fit.
            throw new QDropException("QDROP222", $"The model cannot run on the calibration inputs, of shape {shapes}: {error.Message.Split('\n')[0]} "
                + "Expected inputs as the model's forward takes them, the first dimension counting samples.", error);
        }
        catch (Exception error) when (error is not (QDropException or OperationCanceledException))
        {
            throw new QDropException("QDROP230", $"forward of '{_descriptor.Name}' threw {error.GetType().Name} on calibration inputs of shape {shapes}: {error.Message}", error);
        }
    }

    private void Report(string phase, string? unit, int index, int iteration, double loss) =>
        _progress?.Report(new CalibrationProgress(phase, unit, index, _discovery.Units.Count, iteration, _settings.Iterations, loss));

    private sealed class Relay(Action<UnitProgress> report) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value) => report(value);
    }
}
