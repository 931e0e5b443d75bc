using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Execution;

/// <summary>
/// A program prepared for inputs of some shapes: the shapes of all values, where they lie in memory, and the kernels in
/// order. Any number of threads may run it at once, each in memory of its own.
/// </summary>
internal sealed unsafe class ExecutionPlan
{
    /// <summary>Bytes that a call takes at most.</summary>
    public const long MostMemory = 1L << 34;

    private readonly ValueInfo[] _infos;
    private readonly long[] _places;
    private readonly nint[] _constants;
    private readonly List<Step> _steps = [];

    /// <param name="graph">The program, with what it names.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <param name="constants">Where the constants are, by the number of their value.</param>
    /// <exception cref="InvalidProgramGraphException">The shapes do not fit, or memory would be too large.</exception>
    public ExecutionPlan(ProgramGraph graph, IReadOnlyList<int[]> shapes, nint[] constants)
    {
        _constants = constants;
        _infos = new ValueInfo[graph.ValueCount];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            CheckFits(graph.Inputs[i], shapes[i]);
            _infos[i] = new(graph.Inputs[i].Kind, shapes[i]);
        }
        for (int i = 0; i < graph.Operations.Count; i++)
            Infer(graph.Operations[i], graph.Inputs.Count + i);
        (_places, long size) = MemoryLayout.Of(graph, _infos);
        if (size > MostMemory)
            throw new InvalidProgramGraphException($"a call would take {size} bytes; at most {MostMemory} are allowed.");
        MemorySize = size;
        int[] owners = MemoryLayout.Owners(graph);
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            int value = graph.Inputs.Count + i;
            if (owners[value] == value && graph.Operations[i].Name != "constant")
                _steps.Add(Prepare(graph.Operations[i], value));
        }
        Owners = owners;
    }

    /// <summary>Gets the bytes that a call takes.</summary>
    public long MemorySize { get; }

    /// <summary>Gets the number of values.</summary>
    public int ValueCount => _infos.Length;

    private int[] Owners { get; }

    /// <summary>The kind and the shape of a value.</summary>
    public ValueInfo this[int value] => _infos[value];

    /// <summary>Runs the program.</summary>
    /// <param name="memory">Memory of <see cref="MemorySize"/> bytes, aligned.</param>
    /// <param name="table">A table with a place for each value.</param>
    /// <param name="inputs">Where the inputs are.</param>
    public void Run(byte* memory, nint* table, ReadOnlySpan<nint> inputs)
    {
        for (int value = 0; value < _infos.Length; value++)
        {
            int owner = Owners[value];
            table[value] = owner < inputs.Length ? inputs[owner]
                : _places[owner] >= 0 ? (nint)(memory + _places[owner])
                : _constants[owner];
        }
        foreach (Step step in _steps)
            step.Kernel(new Frame(table, step.Operands, step.Infos, step.Value, step.Info));
    }

    private static void CheckFits(ProgramInput input, int[] shape)
    {
        bool fits = input.Shape.Count == shape.Length
            && input.Shape.Zip(shape).All(static p => p.First < 0 ? p.Second >= 0 : p.First == p.Second);
        if (!fits)
        {
            throw new InvalidProgramGraphException(
                $"input '{input.Name}' has shape [{string.Join(", ", shape)}]; expected "
                    + $"[{string.Join(", ", input.Shape.Select(static s => s < 0 ? "any" : $"{s}"))}].");
        }
        _ = ValueInfo.CountOf(shape);
    }

    private void Infer(Operation operation, int value)
    {
        ValueInfo[] operands = InfosOf(operation);
        try
        {
            _infos[value] = Vocabulary.Find(operation.Name)!.Infer(operation, operands);
        }
        catch (InvalidProgramGraphException e)
        {
            throw Vocabulary.Of(operation, value, e);
        }
    }

    private Step Prepare(Operation operation, int value)
    {
        ValueInfo[] operands = InfosOf(operation);
        Kernel kernel = Vocabulary.Find(operation.Name)!.Plan(operation, operands, _infos[value]);
        return new(kernel, [.. operation.Operands], operands, value, _infos[value]);
    }

    private ValueInfo[] InfosOf(Operation operation) => [.. operation.Operands.Select(o => _infos[o])];

    private sealed record Step(Kernel Kernel, int[] Operands, ValueInfo[] Infos, int Value, ValueInfo Info);
}
