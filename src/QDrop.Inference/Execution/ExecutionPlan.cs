using System.Diagnostics;
using QDrop.Integers;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Execution;

/// <summary>
/// A program prepared for inputs of some shapes: the shapes of all values, where they lie in memory, and the kernels in
/// order. Any number of threads may run it at once, each in memory of its own.
/// </summary>
internal sealed unsafe class ExecutionPlan : ICrewWork
{
    /// <summary>Bytes that a call takes at most.</summary>
    public const long MostMemory = 1L << 34;

    private readonly ValueInfo[] _infos;
    private readonly MemoryLayout _layout;
    private readonly nint[] _constants;
    private readonly List<Step> _steps = [];
    private readonly Crew? _crew;

    /// <param name="graph">The program, with what it names.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <param name="constants">Where the constants are.</param>
    /// <param name="crew">The threads that a call runs on; <see langword="null"/> for the caller's alone.</param>
    /// <exception cref="InvalidProgramGraphException">The shapes do not fit, or memory would be too large.</exception>
    public ExecutionPlan(
        ProgramGraph graph,
        IReadOnlyList<int[]> shapes,
        IReadOnlyDictionary<Constant, nint> constants,
        Crew? crew = null)
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
            Prepare(graph.Operations[i], graph.Inputs.Count + i, scratch, crew?.Threads ?? 1);
        _layout = MemoryLayout.Of(graph, _infos, scratch);
        Check(_layout);
        if (_steps.Exists(static s => s.IsShared))
            _crew = crew;
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
    /// <param name="ticks">Receives in addition how long each step took, where that is asked for.</param>
    public void Run(byte* memory, nint* table, ReadOnlySpan<nint> inputs, long[]? ticks = null)
    {
        for (int value = 0; value < _infos.Length; value++)
        {
            int owner = _layout.Owners[value];
            table[value] = owner < inputs.Length ? inputs[owner]
                : _layout.Places[owner] >= 0 ? (nint)(memory + _layout.Places[owner])
                : _constants[owner];
        }
        var call = new Call(memory, table);
        if (ticks is null && _crew is not null && _crew.TryDo(this, (nint)(&call)))
            return;
        for (int i = 0; i < _steps.Count; i++)
        {
            long start = ticks is null ? 0 : Stopwatch.GetTimestamp();
            Do((nint)(&call), i, 0, 1);
            if (ticks is not null)
                ticks[i] += Stopwatch.GetTimestamp() - start;
        }
    }

    /// <inheritdoc/>
    public int StepCount => _steps.Count;

    /// <inheritdoc/>
    public bool NeedsBarrier(int step) => _steps[step].IsShared || _steps[step - 1].IsShared;

    /// <inheritdoc/>
    public void Do(nint context, int step, int part, int parts)
    {
        Step own = _steps[step];
        if (!own.IsShared)
        {
            if (part > 0)
                return;
            parts = 1;
        }
        var call = (Call*)context;
        own.Kernel(new Frame(
            call->Table, own.Operands, own.Infos, own.Value, own.Info, call->Memory + _layout.Scratch[own.Value], part,
            parts));
    }

    /// <summary>What is computed, in order: the operation, where it stands in the model, and its result.</summary>
    public IEnumerable<(string Name, string Place, ValueInfo Result)> Steps =>
        _steps.Select(static s => (s.Name, s.Place, s.Info));

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

    private void Prepare(Operation operation, int value, long[] scratch, int threads)
    {
        OperationKind kind = LoweredVocabulary.Get(operation.Name);
        if (kind.IsView || operation.Name == "constant")
            return;
        ValueInfo[] operands = InfosOf(operation);
        PlannedKernel planned = kind.Plan(operation, operands, _infos[value], threads);
        scratch[value] = planned.Scratch;
        if (planned.Before is not null)
            Add(planned.Before);
        Add(planned.Kernel);

        void Add(Kernel kernel) => _steps.Add(new(
            operation.Name, operation.Place, kernel, planned.IsShared, [.. operation.Operands], operands, value,
            _infos[value]));
    }

    private ValueInfo[] InfosOf(Operation operation) => [.. operation.Operands.Select(o => _infos[o])];

    private readonly struct Call(byte* memory, nint* table)
    {
        public readonly byte* Memory = memory;
        public readonly nint* Table = table;
    }

    private sealed record Step(
        string Name,
        string Place,
        Kernel Kernel,
        bool IsShared,
        int[] Operands,
        ValueInfo[] Infos,
        int Value,
        ValueInfo Info);
}
