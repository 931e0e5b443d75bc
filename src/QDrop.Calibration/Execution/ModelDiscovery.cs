using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Runs a twin for the first time, quantizers off: its layers and units come into being, and it must give what the
/// model gives.
/// </summary>
/// <param name="calibration">What the phases of the calibration share.</param>
internal sealed class ModelDiscovery(CalibrationContext calibration)
{
    /// <summary>
    /// Inputs of the first run. A second run with one more before them shows where in each tensor the samples are.
    /// </summary>
    private const int Samples = 2;

    /// <summary>
    /// How often samples must be seen to depend on each other. With some samples, a choice may hang on the last digit,
    /// which is another in another batch.
    /// </summary>
    private const int Trials = 3;

    /// <summary>
    /// How many times the greatest value of all inputs the values of a sample may be that runs before the others, so
    /// that <c>x / x.max()</c> shows it: most choices of samples have the same greatest value without it.
    /// </summary>
    private const double Larger = 8;

    private readonly QuantizationContext _context = calibration.Quantization;
    private readonly TwinRunner _runner = calibration.Runner;
    private readonly CalibrationBatches _batches = calibration.Batches;

    /// <summary>Finds the units, and what each of them needs.</summary>
    /// <exception cref="QDropException">
    /// The model does not run on the inputs, or cannot be quantized; the code says why.
    /// </exception>
    public DiscoveredModel Run()
    {
        using var discovery = new DiscoveryExecutor(_context, Samples);
        using DisposeScope scope = NewDisposeScope();
        HiddenNeeds needs = Needs(discovery);
        // What it has kept of the first run makes room for the second.
        discovery.Dispose();
        var others = new ShapeExecutor(_context, Samples + 1, discovery.Dependence);
        ModelCost cost;
        using (no_grad())
            cost = ModelCost.Of(calibration.Twin.Float, _context.Layers, () => Measure(others));
        Dictionary<Unit, UnitLayouts> layouts = discovery.Shapes.Layouts(Samples, others.Shapes, Samples + 1);
        return new DiscoveredModel(
            discovery.Units,
            layouts,
            cost,
            needs.Needs,
            needs.ResultNeeds,
            others.Footprint,
            new InputSums(layouts),
            Dependence(trial => trial == 0 ? discovery.Dependence.Found : DependenceOn(trial, isLarger: false))
                ?? Dependence(trial => DependenceOn(trial, isLarger: true)));
    }

    /// <summary>How samples depend on one that runs before them, if all of several choices do.</summary>
    private static string? Dependence(Func<int, string?> find)
    {
        string? first = null;
        for (int trial = 0; trial < Trials; trial++)
        {
            if (find(trial) is not { } found)
                return null;
            first ??= found;
        }
        return first;
    }

    private string? DependenceOn(int trial, bool isLarger)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var dependence = new SampleDependence(Samples);
        try
        {
            foreach (int samples in new[] { Samples, Samples + 1 })
            {
                Bundle inputs = _batches.Spread(samples, trial * (Samples + 1));
                if (samples > Samples && isLarger)
                    inputs = inputs.Select(WithLarger);
                _runner.Run(inputs, new ShapeExecutor(_context, samples, dependence));
            }
        }
        catch (QDropException) when (isLarger)
        {
            // The model's code does not take such a sample.
            return null;
        }
        return dependence.Found;
    }

    /// <summary>The samples, the first of them one of great values of both signs.</summary>
    private static Tensor WithLarger(Tensor samples)
    {
        if (!samples.is_floating_point() || samples.numel() == 0)
            return samples;
        Tensor all = samples.clone(), first = all.narrow(0, 0, 1);
        using var random = new Generator(1);
        using Scalar size = 2 * Larger * samples.abs().max().ToDouble(), half = 0.5;
        first.copy_(rand(first.shape, dtype: samples.dtype, generator: random).sub_(half).mul_(size));
        return all;
    }

    private HiddenNeeds Needs(DiscoveryExecutor discovery)
    {
        using DisposeScope scope = NewDisposeScope();
        Bundle expected = Expected();
        calibration.CheckUnchanged();
        var check = new TwinCheck(calibration.Descriptor.Name, _runner, _context);
        Bundle found = check.WithCopies(() => _runner.Run(_batches.Spread(Samples), discovery));
        if (_context.Layers.Count == 0)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"'{calibration.Descriptor.Name}' ran no layer with weights to quantize: there is nothing to do. "
                    + "Expected at least one convolution, linear layer, embedding or attention in forward.");
        }
        check.Check(_batches.Spread(Samples), expected, found);
        var needs = new HiddenNeeds(_runner, discovery);
        needs.Find(_batches.Spread(Samples), found);
        return needs;
    }

    private Bundle Expected()
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _runner.Float(_batches.Spread(Samples)).Select(static t => t.MoveToOuterDisposeScope());
    }

    private void Measure(ShapeExecutor others)
    {
        using DisposeScope scope = NewDisposeScope();
        _runner.Run(_batches.Spread(Samples + 1), others);
        others.Footprint.End(Samples + 1, scope);
    }

    /// <summary>Finds the channels of activations, where they are to have ranges of their own.</summary>
    public void TraceChannels()
    {
        if (!_context.Activations.Any(static a => a.Calibration.PerChannel))
            return;
        _context.Enable(weights: false, activations: false);
        new ChannelTrace(_context).Run(
            () => _runner.RunGuarded(_batches.Spread(Samples)),
            () => _runner.RunGuarded(_batches.Spread(Samples + 1)));
    }

    /// <summary>
    /// Runs the twin, quantizers off, on all inputs: one that it does not take, such as an index out of range, shows
    /// before anything is computed at length, and so does one on which it gives something else than the model.
    /// </summary>
    /// <param name="sums">
    /// Is told what goes into each unit; <see langword="null"/> where no unit is to be given what was kept.
    /// </param>
    /// <returns>Seconds that each unit took for all inputs.</returns>
    public IReadOnlyDictionary<Unit, double> TryInputs(InputSums? sums = null)
    {
        using IDisposable guard = no_grad();
        _context.Enable(weights: false, activations: false);
        var executor = new ObservingExecutor(_context, calibration.Cancellation, sums);
        var check = new TwinCheck(calibration.Descriptor.Name, _runner, _context);
        // The model's own code keeps all that it computes until it returns.
        foreach (CalibrationBatch batch in _batches.Parts(
            0, long.MaxValue, Math.Min(calibration.Plan.Samples, calibration.Plan.WithGradients)))
        {
            calibration.Cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            check.CheckBatch(batch.Inputs, check.WithCopies(() => _runner.Run(batch.Inputs, executor)));
        }
        return executor.Seconds;
    }
}

/// <summary>What the first runs of a twin show.</summary>
/// <param name="Units">The units, in the order in which they run.</param>
/// <param name="Layouts">Where the samples are in what goes into and comes out of each unit.</param>
/// <param name="Cost">Where the model's multiply-accumulates are.</param>
/// <param name="Needs">The units whose outputs the inputs of each unit are made of.</param>
/// <param name="ResultNeeds">
/// The units whose outputs the model's outputs are made of without another unit between.
/// </param>
/// <param name="Sample">The memory that a sample takes.</param>
/// <param name="Sums">What goes into each unit, once the model has run on all inputs.</param>
/// <param name="Dependence">
/// What depends on the samples that run beside one, and how much; <see langword="null"/> where nothing does.
/// </param>
internal sealed record DiscoveredModel(
    IReadOnlyList<Unit> Units,
    IReadOnlyDictionary<Unit, UnitLayouts> Layouts,
    ModelCost Cost,
    IReadOnlyDictionary<Unit, IReadOnlySet<Unit>> Needs,
    IReadOnlySet<Unit> ResultNeeds,
    PassFootprint Sample,
    InputSums Sums,
    string? Dependence)
{
    /// <summary>Checks that a sample gives the same in every batch.</summary>
    /// <param name="name">The model's name.</param>
    /// <exception cref="QDropException">It does not (QDROP238).</exception>
    public void CheckSamplesAreIndependent(string name)
    {
        if (Dependence is null)
            return;
        throw new QDropException(
            Codes.SamplesDepend,
            $"In '{name}' {Dependence} when another sample runs beside them. Calibration computes samples in batches "
                + "of its own, so it expects that each gives the same in every batch. Let forward compute statistics "
                + "over the dimensions of one sample, let batch norms have running statistics, and where samples share "
                + "a dimension with something else, let those of one sample lie side by side "
                + "([samples · length, features], not [length · samples, features]).");
    }

    /// <summary>The units among the first ones whose outputs no later unit needs.</summary>
    /// <param name="count">How many are finished.</param>
    /// <param name="resultIsNeeded">Whether the model's outputs are computed again.</param>
    public IEnumerable<Unit> NotNeededAfter(int count, bool resultIsNeeded) =>
        Units
            .Take(count)
            .Where(unit =>
                !Units.Skip(count).Any(later => Needs[later].Contains(unit))
                && !(resultIsNeeded && ResultNeeds.Contains(unit)));
}
