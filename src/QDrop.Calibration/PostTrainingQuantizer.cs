using QDrop.Calibration.BitWidths;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Insight;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;

namespace QDrop.Calibration;

/// <summary>Quantizes a trained model: its phases, which are to be called in order.</summary>
internal sealed class PostTrainingQuantizer : IDisposable
{
    /// <summary>Bytes that a tensor of a batch rarely exceeds. Larger ones are activations of many inputs.</summary>
    private const int BatchTensor = 8 << 20;

    /// <summary>What a unit costs at least, in seconds: less is not measured well.</summary>
    private const double MinSeconds = 1e-6;

    private readonly CalibrationContext _calibration;
    private readonly CalibrationCheckpoint? _checkpoint;
    private DiscoveredModel? _model;
    private IReadOnlyList<UnitReport> _reports = [];
    private BudgetOutcome? _budget;
    private ModelInsight? _insight;

    public PostTrainingQuantizer(
        PreparedModel model,
        QuantizationSettings settings,
        CalibrationSet inputs,
        IProgress<CalibrationProgress>? progress,
        CancellationToken cancellation,
        CalibrationCheckpoint? checkpoint = null,
        CalibrationMemory? memory = null)
    {
        if (memory is null)
            NativeHeap.KeepFreedMemory(BatchTensor);
        else
            NativeHeap.GiveFreedMemoryBack();
        _calibration = new CalibrationContext(model, settings, inputs, progress, cancellation, memory);
        _checkpoint = checkpoint;
    }

    private DiscoveredModel Model =>
        _model ?? throw new InvalidOperationException("The model must be discovered first.");

    /// <summary>
    /// Runs the twin once, quantizers off: its layers and units come into being, and it must give what the model gives.
    /// </summary>
    public void Discover()
    {
        _calibration.Progress.Begin("discover");
        using CalibrationProfile.Lap lap = _calibration.Profile.In(CalibrationPhase.Discovery);
        var discovery = new ModelDiscovery(_calibration);
        _model = discovery.Run();
        _model.CheckSamplesAreIndependent(_calibration.Descriptor.Name);
        new IntegerProducts(_calibration).QuantizeInputs();
        BitAssignment.Assign(_calibration.Quantization, _calibration.Settings);
        Plan(_model);
        discovery.TraceChannels();
        IReadOnlyDictionary<Unit, double> seconds = discovery.TryInputs(_model.Sums);
        _calibration.Progress.Expect([
            .. _model.Units.Select(u =>
                (
                    Math.Max(seconds.GetValueOrDefault(u), MinSeconds),
                    UnitReconstruction.Learns(u, _calibration.Quantization, _calibration.Settings))),
        ]);
    }

    private void Plan(DiscoveredModel model)
    {
        var plan = PassPlan.For(model.Sample);
        (_calibration.Plan, _calibration.Batches.BatchSize) = (plan, plan.Samples);
        if (_calibration.Limit is not { } limit)
            return;
        Unit[] learned =
        [
            .. model.Units.Where(u =>
                UnitReconstruction.Learns(u, _calibration.Quantization, _calibration.Settings)),
        ];
        MemoryLimit.Apply(limit, plan.Needs(model.Sample, _calibration.Settings, learned), _calibration.Memory);
    }

    /// <summary>Gives layers the bit widths that a budget leaves for them, where there is one.</summary>
    public void SpendBudget()
    {
        if (_calibration.Settings.Budget is not { } budget)
            return;
        _calibration.Progress.Begin("sensitivity");
        using CalibrationProfile.Lap lap = _calibration.Profile.In(CalibrationPhase.Sensitivity);
        _budget = new BudgetAssignment(_calibration, Model.Units, budget).Run();
    }

    /// <summary>Weight ranges for every layer, then activation ranges with float weights.</summary>
    public void SearchRanges()
    {
        _calibration.Progress.Begin("ranges");
        var ranges = new RangeObservation(_calibration);
        ranges.OfWeights();
        // A unit-by-unit run searches its units' ranges again, on quantized inputs.
        ranges.OfActivations();
    }

    /// <summary>Reconstructs the units. What a checkpoint has is not done again.</summary>
    public void Reconstruct() => _reports = new NetworkReconstruction(_calibration, Model, _checkpoint).Run();

    /// <summary>Measures the calibrated model.</summary>
    public void Measure()
    {
        _calibration.Progress.Begin("insight");
        using CalibrationProfile.Lap lap = _calibration.Profile.In(CalibrationPhase.Insight);
        _insight = new InsightMeasurement(
            _calibration, Model.Units, hasBudget: _calibration.Settings.Budget is not null).Run();
    }

    /// <summary>The quantized model, its tensors outside every dispose scope.</summary>
    public CalibrationOutcome Outcome() =>
        new(CalibratedState.Of(_calibration, Model.Units), _reports, Model.Cost)
        {
            Profile = _calibration.Profile,
            Insight = _insight,
            Budget = _budget,
        };

    /// <inheritdoc/>
    public void Dispose() => _calibration.Dispose();
}
