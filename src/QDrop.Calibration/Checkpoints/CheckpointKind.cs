using System.Text.Json.Serialization.Metadata;

namespace QDrop.Calibration.Checkpoints;

/// <summary>What differs between the checkpoints of a calibration and of a training.</summary>
/// <typeparam name="TReport">What is reported of each part that is finished.</typeparam>
/// <param name="Format">The name of the file's format.</param>
/// <param name="ReportsKey">The key of the reports in the file's metadata.</param>
/// <param name="Reports">How the reports are written.</param>
/// <param name="Work">What is interrupted: "calibration".</param>
/// <param name="Parts">What is finished one by one: "units".</param>
internal sealed record CheckpointKind<TReport>(
    string Format, string ReportsKey, JsonTypeInfo<List<TReport>> Reports, string Work, string Parts);
