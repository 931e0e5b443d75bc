namespace QDrop.Programs;

/// <summary>
/// An operation of a program. It makes one value, which has the next number: the inputs have the first ones.
/// </summary>
/// <param name="Name">Its name in the vocabulary of programs.</param>
/// <param name="Operands">The numbers of the values that it takes, all of them made before.</param>
/// <param name="Arguments">Its arguments that are no values.</param>
/// <param name="Place">Where it stands in the model, such as <c>layer1.0.conv1</c>; empty if unknown.</param>
internal sealed record Operation(string Name, IReadOnlyList<int> Operands, Arguments Arguments, string Place = "")
{
    /// <summary>Gets what it names: a grid, or a constant; <see langword="null"/> where it names nothing.</summary>
    public object? Data { get; init; }
}

/// <summary>An input of a program.</summary>
/// <param name="Name">Its name: that of the parameter of <c>forward</c>.</param>
/// <param name="Kind">What its elements are.</param>
/// <param name="Shape">Its sizes; −1 where any size will do, as for the number of samples.</param>
internal sealed record ProgramInput(string Name, ValueKind Kind, IReadOnlyList<int> Shape)
{
    private readonly IReadOnlyList<int>? _recorded;

    /// <summary>Gets the sizes with which it was recorded; −1 for the number of samples.</summary>
    public IReadOnlyList<int> Recorded
    {
        get => _recorded ?? Shape;
        init => _recorded = value;
    }
}

/// <summary>An output of a program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The number of the value.</param>
/// <param name="Kind">What its elements are.</param>
/// <param name="Shape">Its sizes; −1 where they follow from those of the inputs.</param>
internal sealed record ProgramOutput(string Name, int Value, ValueKind Kind, IReadOnlyList<int> Shape);

/// <summary>What a model computes, as operations in order. Weights and grids are named, not held.</summary>
/// <param name="Inputs">The inputs, values 0, 1, ….</param>
/// <param name="Operations">The operations, each of which makes the next value.</param>
/// <param name="Outputs">The outputs.</param>
internal sealed record ProgramGraph(
    IReadOnlyList<ProgramInput> Inputs,
    IReadOnlyList<Operation> Operations,
    IReadOnlyList<ProgramOutput> Outputs)
{
    /// <summary>Gets the number of values.</summary>
    public int ValueCount => Inputs.Count + Operations.Count;

    /// <summary>The operation that makes a value; <see langword="null"/> for an input.</summary>
    public Operation? MakerOf(int value) => value < Inputs.Count ? null : Operations[value - Inputs.Count];
}
