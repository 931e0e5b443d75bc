namespace QDrop.Operators;

/// <summary>How each operation of the vocabulary of programs is written, by its name.</summary>
internal static class OperatorTable
{
    private static readonly Dictionary<string, Emitter> Emitters = new[]
    {
        ElementOperators.All, ShapeOperators.All, WindowOperators.All, ReductionOperators.All, LayerOperators.All,
    }
        .SelectMany(static all => all)
        .Append(("quantize", static e => e.Writer.Grids.Quantize(e)))
        .ToDictionary(static p => p.Name, static p => p.Emit, StringComparer.Ordinal);

    /// <summary>How an operation is written; <see langword="null"/> if it cannot be.</summary>
    public static Emitter? Find(string name) => Emitters.GetValueOrDefault(name);
}
