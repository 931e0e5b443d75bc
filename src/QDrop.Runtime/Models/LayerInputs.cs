using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Models;

/// <summary>Finds which quantizers give what the layers of a program read.</summary>
internal static class LayerInputs
{
    /// <summary>
    /// For each layer the quantizers whose values it reads; <see langword="null"/> among them where it reads others.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string?>> Of(ProgramGraph graph)
    {
        var found = new Dictionary<string, IReadOnlySet<string?>>();
        foreach (Operation operation in graph.Operations)
        {
            if (operation.Operands.Count < 2 || LayerOf(operation) is not { } layer)
                continue;
            if (!found.TryGetValue(layer, out IReadOnlySet<string?>? quantizers))
                found.Add(layer, quantizers = new HashSet<string?>());
            Add(operation.Operands[0], (HashSet<string?>)quantizers);
        }
        return found;

        // The layer whose weight an operation multiplies its first operand with.
        string? LayerOf(Operation operation) =>
            graph.MakerOf(operation.Operands[1]) is { Name: "constant" } constant && constant.Arguments.Has("weight")
                ? constant.Arguments.Text("weight")
                : null;

        void Add(int value, HashSet<string?> quantizers)
        {
            switch (graph.MakerOf(value))
            {
                case { Name: "quantize" } quantize:
                    quantizers.Add(quantize.Arguments.Text("grid"));
                    break;
                case { Name: "concat" } concat:
                    foreach (int operand in concat.Operands)
                        Add(operand, quantizers);
                    break;
                case { Name: not "constant" } move when move.Name == "relu"
                    || Vocabulary.Find(move.Name)!.KeepsGrid(move):
                    Add(move.Operands[0], quantizers);
                    break;
                default:
                    quantizers.Add(null);
                    break;
            }
        }
    }
}
