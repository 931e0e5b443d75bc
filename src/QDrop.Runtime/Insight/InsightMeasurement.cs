using QDrop.Artifacts;
using QDrop.Modules;
using QDrop.Quantizers;
using QDrop.Reconstruction;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Insight;

/// <summary>
/// Measures a calibrated model on some of its calibration inputs: what each layer and activation quantizer costs, and what more bits would gain.
/// The cost is bounded: about two and a half runs of the model for each layer, on at most <see cref="MostSamples"/> inputs.
/// </summary>
/// <param name="descriptor">The model.</param>
/// <param name="twin">Its twin, calibrated.</param>
/// <param name="runner">Runs the twin.</param>
/// <param name="batches">The calibration inputs.</param>
/// <param name="units">The units, in the order in which they run.</param>
/// <param name="cancellation">Checked before each run.</param>
internal sealed class InsightMeasurement(QuantizedModelDescriptor descriptor, IModelTwin twin, TwinRunner runner, CalibrationBatches batches, IReadOnlyList<Unit> units,
    CancellationToken cancellation)
{
    /// <summary>Inputs on which the model's end is measured.</summary>
    private const int MostSamples = 64;

    /// <summary>Inputs for which the outputs of all float layers are in memory at once.</summary>
    private const int WatchedSamples = 16;

    /// <summary>Lines of code of which the gain is measured, and that are given.</summary>
    private const int MostMeasured = 8, MostAdvice = 5;

    /// <summary>What is not worth a line of code, in dB.</summary>
    private const double LeastGain = 0.05;

    private readonly QuantizationContext _context = twin.Context;

    /// <summary>Measures. The twin is left as it was, everything quantized.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ModelInsight Run()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        CalibrationBatch batch = batches.Batch(0, MostSamples);
        using LayerWatch watch = Watch(batch.Count);
        using var floats = new PrefixExecutor(_context);
        using var calibrated = new PrefixExecutor(_context);
        _context.Enable(weights: false, activations: false);
        Bundle expected = Forward(batch, floats);
        Dictionary<QuantizedLayer, double> ofLayers = _context.Layers.ToDictionary(static l => l, l => Alone(batch, floats, expected, UnitOf(l), on => l.Weight.Enabled = on));
        Dictionary<ActivationQuantizer, double> ofActivations = _context.Activations.ToDictionary(static a => a, a => Alone(batch, floats, expected, UnitOf(a), on => a.Enabled = on));
        _context.Enable(weights: true, activations: true);
        double output = Ratio(batch, calibrated, expected);
        Dictionary<QuantizedLayer, double?> gains = _context.Layers.ToDictionary(static l => l,
            l => Raised(l.Weight.Bits) is { } bits ? Gain(batch, calibrated, expected, output, [l], bits) : (double?)null);
        return new ModelInsight((int)batch.Count, output,
            [.. _context.Layers.Select(l => new LayerInsight(l.Name, NameOf(UnitOf(l)), l.Weight.Bits, watch.Before(l), watch.After(l), ofLayers[l], Histogram(l.Weight), Raised(l.Weight.Bits), gains[l]))],
            [.. _context.Activations.Select(a => new ActivationInsight(a.Name, a.Bits, watch.Clipped(a), ofActivations[a]))],
            Advice(gains, (layers, bits) => Gain(batch, calibrated, expected, output, layers, bits)));
    }

    /// <summary>The next width that memory and kernels handle well; <see langword="null"/> where there is none.</summary>
    internal static int? Raised(int bits) => bits < 4 ? 4 : bits < 8 ? 8 : null;

    /// <summary>How many weights are on each level.</summary>
    internal static long[] Histogram(WeightQuantizer weight)
    {
        var counts = new long[1 << weight.Bits];
        using Tensor levels = weight.Levels();
        foreach (byte level in levels.bytes)
            counts[level]++;
        return counts;
    }

    private LayerWatch Watch(long samples)
    {
        var watch = new LayerWatch(_context);
        _context.Watcher = watch;
        try
        {
            for (long start = 0; start < samples; start += WatchedSamples)
            {
                CalibrationBatch batch = batches.Batch(start, Math.Min(WatchedSamples, samples - start));
                watch.BeginFloat();
                _context.Enable(weights: false, activations: false);
                Forward(batch, watch);
                watch.BeginQuantized();
                _context.Enable(weights: true, activations: true);
                Forward(batch, watch);
            }
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
        finally
        {
            _context.Watcher = null;
        }
    }

    /// <summary>Ratio of the model's output when one quantizer is on, all others off.</summary>
    private double Alone(CalibrationBatch batch, PrefixExecutor floats, Bundle expected, Unit? unit, Action<bool> enable)
    {
        floats.Replay(Before(unit));
        enable(true);
        double ratio = Ratio(batch, floats, expected);
        enable(false);
        return ratio;
    }

    /// <summary>By how much the ratio of the model's output rises when layers have another bit width.</summary>
    private double Gain(CalibrationBatch batch, PrefixExecutor calibrated, Bundle expected, double now, IReadOnlyList<QuantizedLayer> layers, int bits)
    {
        calibrated.Replay(Before(units.FirstOrDefault(u => layers.Any(u.Layers.Contains))));
        using OtherWeights raised = OtherWeights.With(bits, layers);
        return Ratio(batch, calibrated, expected) - now;
    }

    /// <summary>The lines of code that gain most, their gain measured for all layers that they change together.</summary>
    private IReadOnlyList<BitAdvice> Advice(Dictionary<QuantizedLayer, double?> gains, Func<IReadOnlyList<QuantizedLayer>, int, double> measure)
    {
        Dictionary<string, Module> modules = twin.Float.named_modules().GroupBy(static m => m.name).ToDictionary(static g => g.Key, static g => g.First().module);
        modules[""] = twin.Float;
        var covered = new List<(ModelMember Member, List<QuantizedLayer> Layers)>();
        foreach (QuantizedLayer layer in _context.Layers)
        {
            // Where an attribute says something, only one further in counts for more.
            IEnumerable<ModelMember> members = ModelMember.On(modules, layer.Name);
            foreach (ModelMember member in _context.Overrides.W(layer.Name) is null ? members : members.Take(1))
            {
                if (covered.Find(c => c.Member == member).Layers is { } layers)
                    layers.Add(layer);
                else
                    covered.Add((member, [layer]));
            }
        }
        return [.. covered
            .Select(static c => (c.Member, Bits: Raised(c.Layers.Min(static l => l.Weight.Bits)), c.Layers))
            .Where(static c => c.Bits is not null)
            .Select(static c => (c.Member, Bits: c.Bits!.Value, Layers: c.Layers.Where(l => l.Weight.Bits != c.Bits).ToList()))
            // The innermost of those that change the same layers.
            .DistinctBy(static c => string.Join('\n', c.Layers.Select(static l => l.Name)))
            .OrderByDescending(c => c.Layers.Sum(l => gains[l] ?? 0))
            .Take(MostMeasured)
            .Select(c => new BitAdvice(c.Member.OwnerName, c.Member.Name, c.Bits, [.. c.Layers.Select(static l => l.Name)], measure(c.Layers, c.Bits),
                c.Layers.Sum(l => Packed(l, c.Bits) - Packed(l, l.Weight.Bits)), c.Member.Line(c.Bits, descriptor.Overrides)))
            .Where(static a => a.Gain >= LeastGain)
            .OrderByDescending(static a => a.Gain)
            .Take(MostAdvice)];

        static long Packed(QuantizedLayer layer, int bits) => BitPacking.PackedLength(layer.Weight.Weight.numel(), bits);
    }

    private double Ratio(CalibrationBatch batch, PrefixExecutor executor, Bundle expected)
    {
        using var scope = NewDisposeScope();
        return Sqnr.Between(expected.Tensors, Forward(batch, executor).Tensors);
    }

    private Bundle Forward(CalibrationBatch batch, UnitExecutor executor)
    {
        cancellation.ThrowIfCancellationRequested();
        return runner.Run(batch.Inputs, executor);
    }

    /// <summary>The units that cannot notice a change in this one.</summary>
    private IEnumerable<Unit> Before(Unit? unit) => unit is null ? [] : units.TakeWhile(u => u != unit);

    private Unit? UnitOf(QuantizedLayer layer) => units.FirstOrDefault(u => u.Layers.Contains(layer));

    /// <summary>The unit of a quantizer; one after a join outside every block has none.</summary>
    private Unit? UnitOf(ActivationQuantizer activation) => units.FirstOrDefault(u => u.Activations.Contains(activation));

    private static string NameOf(Unit? unit) => unit?.Name ?? "";
}
