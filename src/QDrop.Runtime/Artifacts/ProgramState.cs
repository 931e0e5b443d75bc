using QDrop.Programs;

namespace QDrop.Artifacts;

/// <summary>What a quantized model computes, where that could be recorded.</summary>
/// <param name="Graph">The program; <see langword="null"/> where there is none.</param>
/// <param name="Constants">
/// Its constants by their names in the artifact, without those that the artifact has anyway.
/// </param>
/// <param name="WhyNot">Why there is none, as part of a sentence; <see langword="null"/> where there is one.</param>
internal sealed record ProgramState(
    ProgramGraph? Graph, IReadOnlyDictionary<string, Constant> Constants, string? WhyNot)
{
    /// <summary>No program.</summary>
    public static ProgramState None(string whyNot) => new(null, new Dictionary<string, Constant>(), whyNot);
}
