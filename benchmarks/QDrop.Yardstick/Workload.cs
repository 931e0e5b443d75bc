using System.Globalization;

namespace QDrop.Yardstick;

/// <summary>What is run.</summary>
internal sealed record Workload
{
    public required string Weights { get; init; }

    public required string Inputs { get; init; }

    public required int Threads { get; init; }

    public required int Iterations { get; init; }

    public required int W { get; init; }

    public required int A { get; init; }

    public double Drop { get; init; } = 0.5;

    public int Seed { get; init; } = 1;

    /// <summary>The same for both programs.</summary>
    public IEnumerable<string> Arguments() =>
    [
        "--weights", Weights, "--inputs", Inputs, "--threads", Text(Threads), "--iterations", Text(Iterations),
        "--w", Text(W), "--a", Text(A), "--drop", Text(Drop), "--seed", Text(Seed),
    ];

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
