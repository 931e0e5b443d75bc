using QDrop.Programs;

namespace QDrop.Recording;

/// <summary>
/// Writes products with weights of the user's code, such as <c>matmul(x, weight.t()) + bias</c>, as the linear layers
/// that they are.
/// </summary>
internal static class Simplification
{
    /// <summary>The same program in simpler operations.</summary>
    public static ProgramGraph Of(ProgramGraph graph)
    {
        var operations = graph.Operations.ToList();
        int[] uses = new int[graph.ValueCount];
        foreach (int operand in operations
            .SelectMany(static o => o.Operands).Concat(graph.Outputs.Select(static o => o.Value)))
            uses[operand]++;
        for (int i = 0; i < operations.Count; i++)
        {
            Operation operation = operations[i];
            if (operation.Name == "matmul" && WeightOf(operation.Operands[1]) is { } weight)
                operations[i] = new("linear", [operation.Operands[0], weight], Arguments.None, operation.Place);
            if (operation.Name == "add" && operation.Operands is [var sum, var bias] && uses[sum] == 1
                && Maker(sum) is { Name: "linear", Operands.Count: 2 } linear && BiasOf(bias) is { } layer
                && Maker(linear.Operands[1])!.Arguments.Text("weight", "") == layer)
                operations[i] = linear with { Operands = [.. linear.Operands, bias] };
        }
        return graph with { Operations = operations };

        Operation? Maker(int value) => value < graph.Inputs.Count ? null : operations[value - graph.Inputs.Count];

        // The value before its two dimensions were exchanged.
        int? WeightOf(int value) =>
            Maker(value) is { Name: "permute" } permute && permute.Arguments.Integers("order") is [1, 0]
            && Maker(permute.Operands[0]) is { Name: "constant" } constant && constant.Arguments.Has("weight")
                ? permute.Operands[0]
                : null;

        // The layer whose bias a value is.
        string? BiasOf(int value) => Maker(value) is { Name: "constant" } constant && constant.Arguments.Has("bias")
            ? constant.Arguments.Text("bias")
            : null;
    }
}
