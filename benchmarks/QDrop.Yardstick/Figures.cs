using System.Text.Json;

namespace QDrop.Yardstick;

/// <summary>What a run says of itself, as a line of JSON: that of the yardstick and that of QDrop.</summary>
/// <param name="WeightRangeSeconds">Seconds of the search of weight ranges.</param>
/// <param name="ActivationRangeSeconds">
/// Seconds of the search of activation ranges, the runs of the model included.
/// </param>
/// <param name="WeightErrors">Mean |error|^2.4 that the ranges of each layer's weight leave, in order.</param>
/// <param name="ActivationErrors">Mean |error|^2.4 that the range of each activation leaves, in order.</param>
/// <param name="IterationsPerSecond">Of each unit, in order.</param>
/// <param name="ReconstructionSeconds">Seconds from the ranges to the end.</param>
/// <param name="PeakBytes">Greatest resident memory of the process.</param>
internal sealed record Figures(
    double WeightRangeSeconds,
    double ActivationRangeSeconds,
    IReadOnlyList<double> WeightErrors,
    IReadOnlyList<double> ActivationErrors,
    IReadOnlyDictionary<string, double> IterationsPerSecond,
    double ReconstructionSeconds,
    long PeakBytes)
{
    /// <summary>Seconds of each phase, where the run counts them.</summary>
    public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();

    public double RangeSeconds => WeightRangeSeconds + ActivationRangeSeconds;

    /// <summary>Iterations of all units, by the time they take.</summary>
    public double WholeRate => IterationsPerSecond.Count / IterationsPerSecond.Values.Sum(static rate => 1 / rate);

    public static Figures Parse(string json) =>
        JsonSerializer.Deserialize<Figures>(json, JsonSerializerOptions.Web)
        ?? throw new InvalidDataException("A run has said nothing.");

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
