using QDrop.Programs;

namespace QDrop.InferenceBenchmarks.Graphs;

/// <summary>The float32 model of a program: what it was before it was quantized, but for rounded weights.</summary>
internal static class FloatModel
{
    /// <summary>A program without quantizers, which computes everything in float32.</summary>
    /// <param name="program">The quantized one.</param>
    public static QuantizedProgram Of(QuantizedProgram program)
    {
        ProgramGraph graph = program.Graph;
        int inputs = graph.Inputs.Count;
        int[] numbers = [.. Enumerable.Range(0, graph.ValueCount)];
        var operations = new List<Operation>();
        for (int value = inputs; value < graph.ValueCount; value++)
        {
            Operation operation = graph.MakerOf(value)!;
            if (operation.Name == "quantize")
            {
                numbers[value] = numbers[operation.Operands[0]];
                continue;
            }
            numbers[value] = inputs + operations.Count;
            operations.Add(WithTensor(operation) with { Operands = [.. operation.Operands.Select(o => numbers[o])] });
        }
        return new(
            program.Model,
            graph with
            {
                Operations = operations,
                Outputs = [.. graph.Outputs.Select(o => o with { Value = numbers[o.Value] })],
            },
            null);
    }

    /// <summary>A constant as a tensor of its own, no longer as the weights of a quantized layer.</summary>
    private static Operation WithTensor(Operation operation) => operation.Data is Constant
        ? operation with { Arguments = new Arguments([("tensor", "own")]) }
        : operation;
}
