using QDrop.Artifacts;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
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
/// <param name="calibration">What the phases of the calibration share: the model, calibrated, and its inputs.</param>
/// <param name="units">The units, in the order in which they run.</param>
/// <param name="hasBudget">
/// Whether a budget chose the layers' bit widths: more for one would be less for others, so that nothing is advised on
/// them.
/// </param>
internal sealed class InsightMeasurement(
    CalibrationContext calibration, IReadOnlyList<Unit> units, bool hasBudget = false)
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

    private readonly QuantizationContext _context = calibration.Quantization;

    /// <summary>Measures. The twin is left as it was, everything quantized.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ModelInsight Run()
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using LayerWatch watch = Watch();
        using var floats = new PrefixExecutor(_context, calibration.Memory);
        using var calibrated = new PrefixExecutor(_context, calibration.Memory);
        _context.Enable(weights: false, activations: false);
        using var end = new EndComparison(calibration, MaxSamples, floats);
        var ofLayers = _context.Layers.ToDictionary(
            static l => l, l => Alone(end, floats, UnitOf(l), on => l.Weight.Enabled = on));
        var ofActivations = _context.Activations.ToDictionary(
            static a => a, a => Alone(end, floats, UnitOf(a), on => a.Enabled = on));
        _context.Enable(weights: true, activations: true);
        double output = end.Compare(calibrated).Value;
        var gains = _context.Layers.ToDictionary(static l => l,
            l => Raised(l) is { } bits ? Gain(end, calibrated, output, [l], bits) : (double?)null);
        var candidates = new BitCandidates(calibration.Twin);
        IReadOnlyList<BitCandidate<ActivationQuantizer>> ofActivationBits = MaxNoise(
            candidates.OfActivations(), ofActivations);
        IReadOnlyList<ActivationQuantizer> costly = MostCostly(ofActivations);
        Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> grids = SearchGrids(
            end,
            floats,
            [
                .. costly.Select(static a => (a, BitCandidates.RaisedActivations(a.Bits)!.Value)),
                .. ofActivationBits.SelectMany(static c => c.Parts.Select(p => (p, c.Bits))),
            ]);
        var activationGains = costly.ToDictionary(static a => a,
            a => Gain(end, calibrated, output, [a], BitCandidates.RaisedActivations(a.Bits)!.Value, grids));
        IReadOnlyList<BitAdvice> advice =
        [
            .. Best(
                (hasBudget ? [] : candidates.OfWeights())
                    .OrderByDescending(c => c.Parts.Sum(l => gains[l] ?? 0))
                    .Take(MaxMeasured)
                    .Select(c => Advice(c, Gain(end, calibrated, output, c.Parts, c.Bits)))),
            .. Best(
                ofActivationBits.Select(c =>
                    Advice(c, Gain(end, calibrated, output, c.Parts, c.Bits, grids)))),
        ];
        return new ModelInsight(
            end.Samples,
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

    private LayerWatch Watch()
    {
        var watch = new LayerWatch(_context);
        _context.Watcher = watch;
        try
        {
            // The outputs of all layers are kept meanwhile.
            int size = Math.Min(WatchedSamples, calibration.Plan.WithGradients);
            foreach (CalibrationBatch batch in calibration.Batches.Parts(0, MaxSamples, size))
            {
                using DisposeScope scope = NewDisposeScope();
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
    private double Alone(EndComparison end, PrefixExecutor floats, Unit? unit, Action<bool> enable)
    {
        floats.Replay(Before(unit));
        enable(true);
        double ratio = end.Compare(floats).Value;
        enable(false);
        return ratio;
    }

    /// <summary>By how much the ratio of the model's output rises when layers have another bit width.</summary>
    private double Gain(
        EndComparison end,
        PrefixExecutor calibrated,
        double now,
        IReadOnlyList<QuantizedLayer> layers,
        int bits)
    {
        calibrated.Replay(Before(units.FirstOrDefault(u => layers.Any(u.Layers.Contains))));
        using TemporaryChange raised = OtherWeights.With(bits, layers, calibration.Cancellation);
        return end.Compare(calibrated).Value - now;
    }

    /// <summary>
    /// By how much the ratio of the model's output rises when activation quantizers have other grids.
    /// </summary>
    private double Gain(
        EndComparison end,
        PrefixExecutor calibrated,
        double now,
        IReadOnlyList<ActivationQuantizer> activations,
        int bits,
        Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> grids)
    {
        calibrated.Replay(BeforeAll(activations));
        using TemporaryChange raised = OtherGrids.With(activations, a => grids[(a, bits)]);
        return end.Compare(calibrated).Value - now;
    }

    /// <summary>
    /// Searches ranges for other bit widths on what the float model gives, as calibration does: one run for each width.
    /// </summary>
    private Dictionary<(ActivationQuantizer, int Bits), ActivationGrid> SearchGrids(
        EndComparison end, PrefixExecutor floats, IEnumerable<(ActivationQuantizer Activation, int Bits)> wanted)
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
            Observe(end, floats, [.. activations.Select(static a => a.Calibration)]);
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
            candidate.Member.Line(candidate.Bits, null, calibration.Descriptor.Overrides));

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
            candidate.Member.Line(null, candidate.Bits, calibration.Descriptor.Overrides));

    private static IEnumerable<BitAdvice> Best(IEnumerable<BitAdvice> advice) =>
        advice.Where(static a => a.Gain >= MinGain).OrderByDescending(static a => a.Gain).Take(MostAdvice);

    /// <summary>Lets quantizers search their ranges, on what they see of all inputs.</summary>
    private void Observe(EndComparison end, PrefixExecutor floats, IReadOnlyList<ActivationCalibration> observers)
    {
        var collector = new ValueCollector(calibration.Memory.Empty, long.MaxValue);
        foreach (ActivationCalibration observer in observers)
        {
            observer.Collector = end.Count > 1 ? collector : null;
            observer.BeginRun();
        }
        end.Run(floats, (_, _) =>
        {
            foreach (ActivationCalibration observer in observers)
                observer.BeginPart();
        });
        foreach (ActivationCalibration observer in observers)
        {
            observer.EndRun();
            observer.Collector = null;
        }
    }

    private Bundle Forward(CalibrationBatch batch, UnitExecutor executor)
    {
        calibration.Cancellation.ThrowIfCancellationRequested();
        return calibration.Runner.Run(batch.Inputs, executor);
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
