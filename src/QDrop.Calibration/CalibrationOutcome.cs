using QDrop.Artifacts;
using QDrop.Calibration.Insight;

namespace QDrop.Calibration;

/// <summary>What calibration gives.</summary>
/// <param name="State">The quantized model.</param>
/// <param name="Units">What was done for each unit, in order.</param>
/// <param name="Cost">How much of the model is quantized.</param>
public sealed record CalibrationOutcome(QuantizedModelState State, IReadOnlyList<UnitReport> Units, ModelCost Cost)
{
    /// <summary>Where the time went.</summary>
    public CalibrationProfile Profile { get; init; } = new();

    /// <summary>Which bit widths the budget gave to the layers; <see langword="null"/> where there is no budget.</summary>
    public BudgetOutcome? Budget { get; init; }

    /// <summary>How training went; <see langword="null"/> where the model was not trained.</summary>
    public TrainingReport? Training { get; init; }

    /// <summary>What was measured of the calibrated model; <see langword="null"/> where it was not asked for.</summary>
    public ModelInsight? Insight { get; init; }
}
