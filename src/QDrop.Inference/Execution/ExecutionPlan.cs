using QDrop.Integers;
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
    private readonly MemoryLayout _layout;
    private readonly nint[] _constants;
    private readonly List<Step> _steps = [];

    /// <param name="graph">The program, with what it names.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <param name="constants">Where the constants are.</param>
    /// <exception cref="InvalidProgramGraphException">The shapes do not fit, or memory would be too large.</exception>
    public ExecutionPlan(
        ProgramGraph graph, IReadOnlyList<int[]> shapes, IReadOnlyDictionary<Constant, nint> constants)
    {
        _infos = InfosOf(graph, shapes);
        _constants = new nint[_infos.Length];
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            if (graph.Operations[i].Data is Constant constant)
                _constants[graph.Inputs.Count + i] = constants[constant];
        }
        Outputs = [.. graph.Outputs.Select(static o => o.Value)];
        // Where memory would not do, nothing is prepared.
        Check(MemoryLayout.Of(graph, _infos, new long[_infos.Length]));
        long[] scratch = new long[_infos.Length];
        for (int i = 0; i < graph.Operations.Count; i++)
            Prepare(graph.Operations[i], graph.Inputs.Count + i, scratch);
        _layout = MemoryLayout.Of(graph, _infos, scratch);
        Check(_layout);
    }

    /// <summary>Gets the values that are the outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>Gets the bytes that a call takes.</summary>
    public long MemorySize => _layout.Size;

    /// <summary>Gets the number of values.</summary>
    public int ValueCount => _infos.Length;

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
            int owner = _layout.Owners[value];
            table[value] = owner < inputs.Length ? inputs[owner]
                : _layout.Places[owner] >= 0 ? (nint)(memory + _layout.Places[owner])
                : _constants[owner];
        }
        foreach (Step step in _steps)
        {
            step.Kernel(new Frame(
                table, step.Operands, step.Infos, step.Value, step.Info, memory + _layout.Scratch[step.Value]));
        }
    }

    private static void Check(MemoryLayout layout)
    {
        if (layout.Size > MostMemory)
        {
            throw new InvalidProgramGraphException(
                $"a call would take {layout.Size} bytes; at most {MostMemory} are allowed.");
        }
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

    /// <summary>The kinds and shapes of all values of a program.</summary>
    /// <param name="graph">The program, with what it names.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <exception cref="InvalidProgramGraphException">They do not fit.</exception>
    public static ValueInfo[] InfosOf(ProgramGraph graph, IReadOnlyList<int[]> shapes)
    {
        var infos = new ValueInfo[graph.ValueCount];
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            CheckFits(graph.Inputs[i], shapes[i]);
            infos[i] = new(graph.Inputs[i].Kind, shapes[i]);
        }
        for (int i = 0; i < graph.Operations.Count; i++)
        {
            Operation operation = graph.Operations[i];
            int value = graph.Inputs.Count + i;
            try
            {
                infos[value] = LoweredVocabulary.Get(operation.Name).Infer(
                    operation, [.. operation.Operands.Select(o => infos[o])]);
            }
            catch (InvalidProgramGraphException e)
            {
                throw Vocabulary.Of(operation, value, e);
            }
        }
        return infos;
    }

    private void Prepare(Operation operation, int value, long[] scratch)
    {
        OperationKind kind = LoweredVocabulary.Get(operation.Name);
        if (kind.IsView || operation.Name == "constant")
            return;
        ValueInfo[] operands = InfosOf(operation);
        Kernel kernel = kind.Plan(operation, operands, _infos[value], out scratch[value]);
        _steps.Add(new(kernel, [.. operation.Operands], operands, value, _infos[value]));
    }

    private ValueInfo[] InfosOf(Operation operation) => [.. operation.Operands.Select(o => _infos[o])];

    private sealed record Step(Kernel Kernel, int[] Operands, ValueInfo[] Infos, int Value, ValueInfo Info);
}
