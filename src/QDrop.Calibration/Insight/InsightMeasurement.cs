using QDrop.Artifacts;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>
/// Measures a calibrated model on some of its calibration inputs: what each layer and activation quantizer costs, and
/// what more bits would gain. The cost is bounded: about two and a half runs of the model for each layer, on at most
/// <see cref="MaxSamples"/> inputs.
/// </summary>
/// <param name="descriptor">The model.</param>
/// <param name="twin">Its twin, calibrated.</param>
/// <param name="runner">Runs the twin.</param>
/// <param name="batches">The calibration inputs.</param>
/// <param name="units">The units, in the order in which they run.</param>
/// <param name="cancellation">Checked before each run.</param>
/// <param name="hasBudget">
/// Whether a budget chose the layers' bit widths: more for one would be less for others, so that nothing is advised on
/// them.
/// </param>
internal sealed class InsightMeasurement(
    QuantizedModelDescriptor descriptor,
    IModelTwin twin,
    TwinRunner runner,
    CalibrationBatches batches,
    IReadOnlyList<Unit> units,
    CancellationToken cancellation,
    bool hasBudget = false)
{
    /// <summary>Inputs on which the model's end is measured.</summary>
    private const int MaxSamples = 64;

    /// <summary>Inputs for which the outputs of all float layers are in memory at once.</summary>
    private const int WatchedSamples = 16;

    /// <summary>
    /// Lines of code of which the gain is measured, and that are given: so many for weights and for activations.
    /// </summary>
    private const int MaxMeasured = 8, MostAdvice = 5;

    /// <summary>Activation quantizers whose own gain is measured: those that cost most at the model's end.</summary>
    private const int MaxActivations = 4;

    /// <summary>What is not worth a line of code, in dB.</summary>
    private const double MinGain = 0.05;

    private readonly QuantizationContext _context = twin.Context;

    /// <summary>Measures. The twin is left as it was, everything quantized.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ModelInsight Run()
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        CalibrationBatch batch = batches.Batch(0, MaxSamples);
        using LayerWatch watch = Watch(batch.Count);
        using var floats = new PrefixExecutor(_context);
        using var calibrated = new PrefixExecutor(_context);
        _context.Enable(weights: false, activations: false);
        Bundle expected = Forward(batch, floats);
        var ofLayers = _context.Layers.ToDictionary(
            static l => l, l => Alone(batch, floats, expected, UnitOf(l), on => l.Weight.Enabled = on));
        var ofActivations = _context.Activations.ToDictionary(
            static a => a, a => Alone(batch, floats, expected, UnitOf(a), on => a.Enabled = on));
        _context.Enable(weights: true, activations: true);
        double output = Ratio(batch, calibrated, expected);
        var gains = _context.Layers.ToDictionary(static l => l,
            l => Raised(l) is { } bits ? Gain(batch, calibrated, expected, output, [l], bits) : (double?)null);
        var candidates = new BitCandidates(twin);
        IReadOnlyList<BitCandidate<ActivationQuantizer>> ofActivationBits = MaxNoise(
            candidates.OfActivations(), ofActivations);
        IReadOnlyList<ActivationQuantizer> costly = MostCostly(ofActivations);
        Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> grids = SearchGrids(
            batch,
            floats,
            [
                .. costly.Select(static a => (a, BitCandidates.RaisedActivations(a.Bits)!.Value)),
                .. ofActivationBits.SelectMany(static c => c.Parts.Select(p => (p, c.Bits))),
            ]);
        var activationGains = costly.ToDictionary(static a => a,
            a => Gain(batch, calibrated, expected, output, [a], BitCandidates.RaisedActivations(a.Bits)!.Value, grids));
        IReadOnlyList<BitAdvice> advice =
        [
            .. Best(
                (hasBudget ? [] : candidates.OfWeights())
                    .OrderByDescending(c => c.Parts.Sum(l => gains[l] ?? 0))
                    .Take(MaxMeasured)
                    .Select(c => Advice(c, Gain(batch, calibrated, expected, output, c.Parts, c.Bits)))),
            .. Best(
                ofActivationBits.Select(c =>
                    Advice(c, Gain(batch, calibrated, expected, output, c.Parts, c.Bits, grids)))),
        ];
        return new ModelInsight(
            (int)batch.Count,
            output,
            [
                .. _context.Layers.Select(l => new LayerInsight(
                    l.Name,
                    NameOf(UnitOf(l)),
                    l.Weight.Bits,
                    watch.Before(l),
                    watch.After(l),
                    ofLayers[l],
                    Histogram(l.Weight),
                    Raised(l),
                    gains[l])),
            ],
            [
                .. _context.Activations.Select(a =>
                    activationGains.TryGetValue(a, out double gain)
                        ? new ActivationInsight(
                            a.Name,
                            a.Bits,
                            watch.Clipped(a),
                            ofActivations[a],
                            BitCandidates.RaisedActivations(a.Bits),
                            gain)
                        : new ActivationInsight(a.Name, a.Bits, watch.Clipped(a), ofActivations[a], null, null)),
            ],
            [.. advice.OrderByDescending(static a => a.Gain)]);
    }

    /// <summary>How many weights are on each level.</summary>
    internal static long[] Histogram(WeightQuantizer weight)
    {
        long[] counts = new long[1 << weight.Bits];
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
    private double Alone(
        CalibrationBatch batch, PrefixExecutor floats, Bundle expected, Unit? unit, Action<bool> enable)
    {
        floats.Replay(Before(unit));
        enable(true);
        double ratio = Ratio(batch, floats, expected);
        enable(false);
        return ratio;
    }

    /// <summary>By how much the ratio of the model's output rises when layers have another bit width.</summary>
    private double Gain(
        CalibrationBatch batch,
        PrefixExecutor calibrated,
        Bundle expected,
        double now,
        IReadOnlyList<QuantizedLayer> layers,
        int bits)
    {
        calibrated.Replay(Before(units.FirstOrDefault(u => layers.Any(u.Layers.Contains))));
        using TemporaryChange raised = OtherWeights.With(bits, layers, cancellation);
        return Ratio(batch, calibrated, expected) - now;
    }

    /// <summary>
    /// By how much the ratio of the model's output rises when activation quantizers have other grids.
    /// </summary>
    private double Gain(
        CalibrationBatch batch,
        PrefixExecutor calibrated,
        Bundle expected,
        double now,
        IReadOnlyList<ActivationQuantizer> activations,
        int bits,
        Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> grids)
    {
        calibrated.Replay(BeforeAll(activations));
        using TemporaryChange raised = OtherGrids.With(activations, a => grids[(a, bits)]);
        return Ratio(batch, calibrated, expected) - now;
    }

    /// <summary>
    /// Searches ranges for other bit widths on what the float model gives, as calibration does: one run for each width.
    /// </summary>
    private Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> SearchGrids(
        CalibrationBatch batch, PrefixExecutor floats, IEnumerable<(ActivationQuantizer Activation, int Bits)> wanted)
    {
        var found = new Dictionary<(ActivationQuantizer, int Bits), ActivationGrid>();
        _context.Enable(weights: false, activations: false);
        foreach (IGrouping<int, ActivationQuantizer> width in wanted
                .Distinct()
                .GroupBy(static w => w.Bits, static w => w.Activation))
        {
            List<ActivationQuantizer> activations = [.. width];
            floats.Replay(BeforeAll(activations));
            using TemporaryChange observing = OtherGrids.Observing(width.Key, activations);
            using DisposeScope scope = NewDisposeScope();
            Forward(batch, floats);
            foreach (ActivationQuantizer activation in activations)
                found.Add(
                    (activation, width.Key),
                    new ActivationGrid(
                        width.Key,
                        [.. activation.Scale!.data<float>()],
                        [.. activation.ZeroPoint!.data<float>()],
                        activation.ChannelAxis));
        }
        _context.Enable(weights: true, activations: true);
        return found;
    }

    /// <summary>The quantizers that could have more bits and cost most at the model's end.</summary>
    private static IReadOnlyList<ActivationQuantizer> MostCostly(Dictionary<ActivationQuantizer, double> alone) =>
        [
            .. alone
                .Where(static a => BitCandidates.RaisedActivations(a.Key.Bits) is not null && double.IsFinite(a.Value))
                .OrderBy(static a => a.Value)
                .Take(MaxActivations)
                .Select(static a => a.Key),
        ];

    /// <summary>The candidates whose quantizers, each alone, cost most in sum.</summary>
    private static IReadOnlyList<BitCandidate<ActivationQuantizer>> MaxNoise(
        IEnumerable<BitCandidate<ActivationQuantizer>> candidates, Dictionary<ActivationQuantizer, double> alone)
    {
        return
        [
            .. candidates
                .OrderByDescending(c => c.Parts.Where(p => p.Bits < c.Bits).Sum(p => Noise(alone[p])))
                .Take(MaxMeasured),
        ];

        static double Noise(double ratio) => double.IsFinite(ratio) ? Math.Pow(10, -ratio / 10) : 0;
    }

    private BitAdvice Advice(BitCandidate<QuantizedLayer> candidate, double gain)
    {
        return new(
            candidate.Member.OwnerName,
            candidate.Member.Name,
            candidate.Bits,
            [.. candidate.Parts.Select(static l => l.Name)],
            [],
            gain,
            candidate.Parts.Sum(l => Packed(l, candidate.Bits) - Packed(l, l.Weight.Bits)),
            candidate.Member.Line(candidate.Bits, null, descriptor.Overrides));

        static long Packed(QuantizedLayer layer, int bits) =>
            BitPacking.PackedLength(layer.Weight.Weight.numel(), bits);
    }

    private BitAdvice Advice(BitCandidate<ActivationQuantizer> candidate, double gain) =>
        new(
            candidate.Member.OwnerName,
            candidate.Member.Name,
            candidate.Bits,
            [],
            [.. candidate.Parts.Select(static a => a.Name)],
            gain,
            0,
            candidate.Member.Line(null, candidate.Bits, descriptor.Overrides));

    private static IEnumerable<BitAdvice> Best(IEnumerable<BitAdvice> advice) =>
        advice.Where(static a => a.Gain >= MinGain).OrderByDescending(static a => a.Gain).Take(MostAdvice);

    private double Ratio(CalibrationBatch batch, PrefixExecutor executor, Bundle expected)
    {
        using DisposeScope scope = NewDisposeScope();
        return Sqnr.Between(expected.Tensors, Forward(batch, executor).Tensors);
    }

    private Bundle Forward(CalibrationBatch batch, UnitExecutor executor)
    {
        cancellation.ThrowIfCancellationRequested();
        return runner.Run(batch.Inputs, executor);
    }

    /// <summary>The units that cannot notice a change in this one.</summary>
    private IEnumerable<Unit> Before(Unit? unit) => unit is null ? [] : units.TakeWhile(u => u != unit);

    /// <summary>
    /// The units that cannot notice a change in any of these quantizers; none where one of them is in no unit.
    /// </summary>
    private IEnumerable<Unit> BeforeAll(IReadOnlyList<ActivationQuantizer> activations) =>
        activations.Any(a => UnitOf(a) is null)
            ? []
            : Before(units.FirstOrDefault(u => activations.Any(u.Activations.Contains)));

    private static int? Raised(QuantizedLayer layer) => BitCandidates.RaisedWeights(layer.Weight.Bits);

    private Unit? UnitOf(QuantizedLayer layer) => units.FirstOrDefault(u => u.Layers.Contains(layer));

    /// <summary>The unit of a quantizer; one after a join outside every block has none.</summary>
    private Unit? UnitOf(ActivationQuantizer activation) =>
        units.FirstOrDefault(u => u.Activations.Contains(activation));

    private static string NameOf(Unit? unit) => unit?.Name ?? "";
}
