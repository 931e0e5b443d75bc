namespace QDrop.Calibration.Reports.Page;

/// <summary>What a phase of a calibration is, in a few words.</summary>
internal static class PhaseNames
{
    /// <summary>The words for a phase.</summary>
    /// <param name="phase">
    /// Its name in the report, such as <c>weightRanges</c>; one that is not known is taken apart at its capitals.
    /// </param>
    public static string Of(string phase) => phase switch
    {
        "discovery" => "first runs of the model",
        "sensitivity" => "sensitivities of layers",
        "weightRanges" => "weight ranges",
        "activationRanges" => "activation ranges",
        "inputs" => "inputs of units",
        "outputs" => "outputs of units",
        "batch" => "learning: batches",
        "forward" => "learning: forward",
        "backward" => "learning: backward",
        "step" => "learning: optimisers",
        "insight" => "measuring this report",
        _ => string.Concat(phase.Select(static c => char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString())),
    };
}
