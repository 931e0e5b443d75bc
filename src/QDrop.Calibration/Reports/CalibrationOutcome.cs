using QDrop.Artifacts;
using QDrop.Calibration.Reports.Documents;

namespace QDrop.Calibration;

/// <summary>A quantized model, and what was done to get it.</summary>
public sealed class CalibrationOutcome
{
    internal CalibrationOutcome(QuantizedModelState state, IReadOnlyList<UnitReport> units, ModelCost cost)
    {
        State = state;
        Units = units;
        Cost = cost;
    }

    /// <summary>Gets what was done for each unit, in order.</summary>
    public IReadOnlyList<UnitReport> Units { get; }

    /// <summary>Gets how much of the model is quantized.</summary>
    public ModelCost Cost { get; }

    /// <summary>Gets how training went; <see langword="null"/> where the model was not trained.</summary>
    public TrainingReport? Training { get; internal init; }

    /// <summary>Gets the quantized model.</summary>
    internal QuantizedModelState State { get; }

    /// <summary>Gets where the time went.</summary>
    internal CalibrationProfile Profile { get; init; } = new();

    /// <summary>
    /// Gets which bit widths the budget gave to the layers; <see langword="null"/> where there is no budget.
    /// </summary>
    internal BudgetOutcome? Budget { get; init; }

    /// <summary>
    /// Gets what was measured of the quantized model; <see langword="null"/> where it was not asked for.
    /// </summary>
    internal ModelInsight? Insight { get; init; }

    /// <summary>Writes the quantized model, as a build leaves it for <c>LoadQuantized</c>.</summary>
    /// <param name="path">
    /// The file, such as <c>Namespace.Model.qdrop.safetensors</c>. A file that is there is replaced.
    /// </param>
    /// <exception cref="QDropException">The file cannot be written (QDROP260).</exception>
    public void Save(string path) => Artifact.Write(path, State);

    /// <summary>Writes the report, as a build leaves it beside the model.</summary>
    /// <param name="path">
    /// The file, such as <c>Namespace.Model.qdrop.json</c>, or <c>.html</c> for the report as a page.
    /// </param>
    /// <param name="model">The file that <see cref="Save"/> wrote, whose size the report gives.</param>
    /// <exception cref="QDropException">A file cannot be read or written (QDROP260).</exception>
    public void SaveReport(string path, string model)
    {
        ReportDocument report = CalibrationReportFile.Document(model, this);
        if (Path.GetExtension(path).Equals(".html", StringComparison.OrdinalIgnoreCase))
            CalibrationReportPage.Write(path, report);
        else
            CalibrationReportFile.Write(path, report);
    }
}
