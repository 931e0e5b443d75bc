using System.Diagnostics;
using QDrop.Artifacts;
using QDrop.Modules;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Reconstruction;

/// <summary>One run of <see cref="ModelCalibrator"/>.</summary>
internal sealed class CalibrationRun : IDisposable
{
    /// <summary>Inputs that are run through the model at once.</summary>
    private const int RunBatch = 64;

    private readonly QuantizedModelDescriptor _descriptor;
    private readonly QuantizationSettings _settings;
    private readonly Module<Tensor, Tensor> _model;
    private readonly Func<Tensor, Tensor> _forward;
    private readonly QuantizationContext _context;
    private readonly Tensor _inputs;
    private readonly List<Tensor> _batches;
    private readonly IProgress<CalibrationProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly DiscoveryExecutor _discovery;
    private readonly List<UnitReport> _reports = [];

    public CalibrationRun(QuantizedModelDescriptor descriptor, QuantizationSettings settings, Module<Tensor, Tensor> model, QuantizedModule<Tensor, Tensor> twin,
        Tensor inputs, IProgress<CalibrationProgress>? progress, CancellationToken cancellation)
    {
        _descriptor = descriptor;
        _settings = settings;
        _model = model;
        _context = twin.Context;
        _context.BlocksAreUnits = settings.Method != Method.AdaRound;
        _forward = twin.IsBlock ? new BlockUnit(_context, descriptor.Name, twin).Run : twin.call;
        using (no_grad())
        {
            _inputs = MemoryFormat.Fastest(inputs).DetachFromDisposeScope();
            _batches = [.. Enumerable.Range(0, (int)((_inputs.shape[0] + RunBatch - 1) / RunBatch)).Select(Batch)];
        }
        _progress = progress;
        _cancellation = cancellation;
        _discovery = new DiscoveryExecutor(_context);

        Tensor Batch(int k) => _inputs.narrow(0, (long)k * RunBatch, Math.Min(RunBatch, _inputs.shape[0] - (long)k * RunBatch)).DetachFromDisposeScope();
    }

    /// <summary>Runs the twin once, quantizers off: its layers and units come into being, and it must give what the model gives.</summary>
    public void Discover()
    {
        Report("discover", null, 0, 0, 0);
        using var scope = NewDisposeScope();
        Tensor sample = _inputs.narrow(0, 0, Math.Min(2, _inputs.shape[0]));
        Tensor expected;
        using (no_grad())
            expected = RunUserCode(_model.call, sample);
        _context.Executor = _discovery;
        Tensor found;
        try
        {
            found = RunUserCode(_forward, sample).detach();
        }
        finally
        {
            _context.Executor = null;
        }
        if (_context.Layers.Count == 0)
        {
            throw new QDropException("QDROP232", $"'{_descriptor.Name}' ran no convolution or linear layer: there is nothing to quantize. Expected at least one in forward.");
        }
        double error = (found - expected).abs().max().ToDouble(), size = expected.abs().max().ToDouble();
        if (error > 1e-3 * Math.Max(size, 1e-6))
        {
            throw new QDropException("QDROP233", FormattableString.Invariant($"The twin of '{_descriptor.Name}' does not compute what the model computes: outputs differ by {error:g3}, where the greatest is {size:g3}. ")
                + "Does forward depend on state, on randomness, or on training mode? Otherwise this is an error of QDrop: please report the model.");
        }
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
        Observe(_context.Activations, () => _forward(_inputs.narrow(0, 0, Math.Min(_settings.RangeSamples, _inputs.shape[0]))));
    }

    /// <summary>Unit by unit: capture the inputs, reconstruct, keep the outputs for the units after it.</summary>
    public void Reconstruct()
    {
        using var floats = new ReplayExecutor();
        using var quantized = new ReplayExecutor();
        IReadOnlyList<Unit> units = _discovery.Units;
        var draws = new SeededDraws(_settings.Seed);
        for (int k = 0; k < units.Count; k++)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            Unit unit = units[k];
            Report("reconstruct", unit.Name, k + 1, 0, 0);
            SetQuantized(false);
            (Tensor floatInput, long[] rows) = Capture(floats, unit);
            Tensor floatOutput = Compute(unit, floatInput, rows);
            SetQuantized(true);
            (Tensor quantizedInput, _) = Capture(quantized, unit);
            if (_settings.Order == CalibrationOrder.UnitByUnit)
                ObserveUnit(unit, quantizedInput);
            double before = Error(unit, quantizedInput, floatOutput, rows);
            double after = before;
            bool learns = _settings.Method != Method.Nearest && unit.Layers.Count > 0;
            if (learns)
            {
                int index = k + 1;
                var reconstructor = new UnitReconstructor(_settings, draws);
                reconstructor.Reconstruct(unit, quantizedInput, floatInput, floatOutput,
                    new Relay(p => Report("reconstruct", unit.Name, index, p.Iteration, p.Loss)), _cancellation);
                SetQuantized(true);
                after = Error(unit, quantizedInput, floatOutput, rows);
            }
            bool last = k == units.Count - 1;
            if (!last)
            {
                quantized.Keep(unit, Compute(unit, quantizedInput, rows).DetachFromDisposeScope(), rows);
                floats.Keep(unit, floatOutput.DetachFromDisposeScope(), rows);
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
            WeightsHash = WeightFile.Hash(_model),
            CalibrationHash = TensorHash.Of(_inputs.contiguous()),
            Versions = LibraryVersions.Current(),
        };
        Dictionary<string, Tensor> floats = StateBinding.FloatTensors(_model, _context).ToDictionary(t => t.Key, t => Own(t.Value));
        return new CalibrationOutcome(new QuantizedModelState(manifest, layers, activations, floats), _reports);

        static Tensor Own(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Executor = null;
        _discovery.Dispose();
        _batches.ForEach(b => b.Dispose());
        _inputs.Dispose();
    }

    /// <summary>8 bits, or what the settings say, for the first and last layer and for what the last layer reads.</summary>
    private void AssignBits()
    {
        foreach (QuantizedLayer layer in _context.Layers)
            layer.Weight.Bits = _settings.W;
        foreach (ActivationQuantizer activation in _context.Activations)
            activation.Bits = _settings.A;
        QuantizedLayer last = _context.Layers[^1];
        _context.Layers[0].Weight.Bits = _settings.FirstLast;
        last.Weight.Bits = _settings.FirstLast;
        if (_context.Trace.TakeWhile(t => t != last).OfType<ActivationQuantizer>().LastOrDefault() is { } input)
            input.Bits = _settings.FirstLast;
    }

    /// <summary>The network that a unit's inputs come from. Learned rounding alone sees float activations until all weights are done.</summary>
    private void SetQuantized(bool on) => _context.Enable(weights: on, activations: on && _settings.Method != Method.AdaRound);

    private (Tensor Input, long[] Rows) Capture(ReplayExecutor executor, Unit unit)
    {
        using var guard = no_grad();
        _context.Executor = executor;
        try
        {
            return executor.Capture(_forward, _batches, unit, _cancellation);
        }
        finally
        {
            _context.Executor = null;
        }
    }

    private Tensor Compute(Unit unit, Tensor input, long[] rows)
    {
        using var guard = no_grad();
        var parts = new List<Tensor>();
        for (int b = 0; b + 1 < rows.Length; b++)
        {
            _cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            parts.Add(unit.Compute(input.narrow(0, rows[b], rows[b + 1] - rows[b])).MoveToOuterDisposeScope());
        }
        Tensor all = cat(parts);
        parts.ForEach(p => p.Dispose());
        return all;
    }

    /// <summary>Mean squared error of a unit's output, summed over channels: the loss that reconstruction lowers.</summary>
    private double Error(Unit unit, Tensor input, Tensor expected, long[] rows)
    {
        using var guard = no_grad();
        double sum = 0;
        for (int b = 0; b + 1 < rows.Length; b++)
        {
            using var scope = NewDisposeScope();
            long count = rows[b + 1] - rows[b];
            Tensor difference = unit.Compute(input.narrow(0, rows[b], count)) - expected.narrow(0, rows[b], count);
            sum += difference.square().sum().ToDouble();
        }
        return sum * expected.shape[UnitReconstructor.ChannelAxis(unit, expected)] / expected.numel();
    }

    private void ObserveUnit(Unit unit, Tensor input)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        _context.Enable(weights: false, activations: false);
        Observe(unit.Activations, () => unit.Compute(input.narrow(0, 0, Math.Min(_settings.RangeSamples, input.shape[0]))));
        SetQuantized(true);
    }

    private static void Observe(IReadOnlyList<ActivationQuantizer> activations, Func<Tensor> run)
    {
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = true;
        using (NewDisposeScope())
            run();
        foreach (ActivationQuantizer activation in activations)
            activation.Observing = false;
    }

    private Tensor RunUserCode(Func<Tensor, Tensor> forward, Tensor input)
    {
        string shape = $"[{string.Join(", ", input.shape)}]";
        try
        {
            return forward(input);
        }
        catch (Exception error) when (error is not (QDropException or OperationCanceledException) && new StackTrace(error).GetFrame(0)?.GetMethod()?.Module.Assembly == typeof(Tensor).Assembly)
        {
            // TorchSharp or libtorch refused the values: shapes or types do not fit.
            throw new QDropException("QDROP222", $"The model cannot run on the calibration inputs, of shape {shape} and type {input.dtype}: {error.Message.Split('\n')[0]} "
                + "Expected inputs as the model's forward takes them, the first dimension counting samples.", error);
        }
        catch (Exception error) when (error is not (QDropException or OperationCanceledException))
        {
            throw new QDropException("QDROP230", $"forward of '{_descriptor.Name}' threw {error.GetType().Name} on calibration inputs of shape {shape}: {error.Message}", error);
        }
    }

    private void Report(string phase, string? unit, int index, int iteration, double loss) =>
        _progress?.Report(new CalibrationProgress(phase, unit, index, _discovery.Units.Count, iteration, _settings.Iterations, loss));

    private sealed class Relay(Action<UnitProgress> report) : IProgress<UnitProgress>
    {
        public void Report(UnitProgress value) => report(value);
    }
}
