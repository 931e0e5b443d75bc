namespace QDrop.InferenceBenchmarks;

/// <summary>An input of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Floats">Its elements, if they are float32.</param>
/// <param name="Integers">Its elements, if they are whole numbers.</param>
internal sealed record ModelInput(string Name, int[] Shape, float[]? Floats, long[]? Integers)
{
    /// <summary>Inputs of a program with random elements.</summary>
    /// <param name="program">The program.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="words">Whole numbers of the first input are below this; of others, they are 1.</param>
    public static ModelInput[] Of(QuantizedProgram program, int batch, int words)
    {
        var random = new Random(1);
        return [.. program.Inputs.Select((input, index) =>
        {
            int[] shape = [.. input.RecordedShape.Select(s => s < 0 ? batch : s)];
            int count = shape.Aggregate(1, static (all, size) => all * size);
            return input.ElementType == ProgramElementType.Float32
                ? new ModelInput(
                    input.Name, shape, [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)], null)
                : new ModelInput(
                    input.Name, shape, null,
                    [.. Enumerable.Range(0, count).Select(_ => index == 0 ? random.NextInt64(words) : 1)]);
        })];
    }

    /// <summary>A call of a program with inputs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="inputs">The inputs.</param>
    public static ProgramCall Call(QuantizedProgram program, IReadOnlyList<ModelInput> inputs)
    {
        ProgramCall call = program.CreateCall();
        foreach (ModelInput input in inputs)
        {
            if (input.Floats is { } floats)
                call.SetInput(input.Name, floats, input.Shape);
            else
                call.SetInput(input.Name, input.Integers!, input.Shape);
        }
        return call;
    }
}
