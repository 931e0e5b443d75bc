using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using QDrop.Artifacts;
using QDrop.Execution;
using QDrop.Integers;
using QDrop.Operations;
using QDrop.Programs;

namespace QDrop;

/// <summary>
/// A quantized model that runs without libtorch: the program that calibration has recorded, with its weights.
/// </summary>
/// <remarks>
/// Any number of threads may run one program at once; each call has memory of its own, which is reused.
/// </remarks>
public sealed unsafe class QuantizedProgram : IDisposable
{
    private readonly ProgramGraph _graph;
    private readonly ProgramData? _data;
    private readonly Dictionary<Constant, nint> _constants = new(ReferenceEqualityComparer.Instance);
    private readonly PreparedPrograms _prepared;
    private readonly Crew? _crew;
    private readonly string? _whyNotSingle;
    private readonly Lock _lock = new();

    [ThreadStatic]
    private static int[][]? s_single;

    private int _running;
    private bool _isDisposed;

    /// <param name="model">Full name of the model's class.</param>
    /// <param name="graph">The program, with what it names.</param>
    /// <param name="data">
    /// What it names; <see langword="null"/> to compute everything in float32, as it is written.
    /// </param>
    /// <param name="options">How it runs.</param>
    internal QuantizedProgram(
        string model, ProgramGraph graph, ProgramData? data, QuantizedProgramOptions? options = null)
    {
        Model = model;
        Options = options ?? new();
        (_graph, _data) = (graph, data);
        int threads = Math.Min(Options.Threads, Environment.ProcessorCount);
        _crew = threads > 1 ? new(threads) : null;
        _prepared = new(shapes => new(new ExecutionPlan(Lowered(shapes), shapes.Shapes, _constants, _crew)));
        Inputs = [.. graph.Inputs.Select(static i => new ProgramTensor(i.Name, TypeOf(i.Kind), i.Shape, i.Recorded))];
        Outputs = [.. graph.Outputs.Select(static o => new ProgramTensor(o.Name, TypeOf(o.Kind), o.Shape))];
        _whyNotSingle = WhyNotSingle();
        foreach (Constant constant in graph.Operations.Select(static o => o.Data).OfType<Constant>())
        {
            if (!_constants.ContainsKey(constant))
                _constants.Add(constant, Copy(constant.Bytes));
        }
    }

    /// <summary>Frees native memory that the caller did not dispose.</summary>
    ~QuantizedProgram() => FreeConstants();

    /// <summary>Gets the full name of the model's class.</summary>
    public string Model { get; }

    /// <summary>Gets how the program runs.</summary>
    public QuantizedProgramOptions Options { get; }

    /// <summary>Gets the inputs, in the order of the parameters of <c>forward</c>.</summary>
    public IReadOnlyList<ProgramTensor> Inputs { get; }

    /// <summary>Gets the outputs, in the order in which <c>forward</c> returns them.</summary>
    public IReadOnlyList<ProgramTensor> Outputs { get; }

    /// <summary>Loads the program of a quantized model.</summary>
    /// <param name="path">The artifact that the build has left, <c>….qdrop.safetensors</c>.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    /// <returns>The program. The caller disposes it.</returns>
    /// <exception cref="QDropException">
    /// QDROP250: the file is truncated, corrupted or inconsistent. QDROP251: it is no artifact. QDROP252: it is of a
    /// newer format. QDROP254: there is no such file. QDROP255: the model has no program.
    /// </exception>
    public static QuantizedProgram Load(string path, QuantizedProgramOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var contents = ArtifactContents.Read(path);
        if (contents.Program is not { } program)
        {
            throw new QDropException(
                Codes.NoProgram,
                $"The quantized model '{path}' has no program: {contents.WhyNoProgram}. Run it with LoadQuantized() of "
                    + "the model's class, which needs TorchSharp.");
        }
        try
        {
            return new(contents.Model, Vocabulary.Bind(program, contents.Data), contents.Data, options);
        }
        catch (InvalidProgramGraphException e)
        {
            throw new QDropException(
                Codes.ArtifactDamaged,
                $"The quantized model '{path}' cannot be used: in its program, {e.Message} Build the project again, or "
                    + "copy the artifact again.",
                e);
        }
    }

    /// <summary>Runs a program with one input and one output, both of float32.</summary>
    /// <param name="input">
    /// The input, row-major: as many samples as it has elements for, where the program takes any number of them, of the
    /// sizes with which it was recorded (<see cref="ProgramTensor.RecordedShape"/>).
    /// </param>
    /// <param name="output">Receives the output, row-major.</param>
    /// <remarks>
    /// For others, see <see cref="CreateCall"/>. Infinite inputs are the ends of the grid that quantizes them.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// A span has another length than it should, or the input has NaN, and the options do not allow that.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The program has several inputs or outputs, or others than float32; or several sizes of the input are open.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The program was disposed.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        if (_whyNotSingle is not null)
            throw new InvalidOperationException(_whyNotSingle);
        ProgramTensor only = Inputs[0];
        CheckNumbers(only, input);
        Span<int> sizes = stackalloc int[only.Shape.Count];
        only.FindShape(input.Length, sizes);
        Enter();
        try
        {
            (PreparedProgram prepared, Workspace workspace) = Rent(Single(sizes));
            try
            {
                int result = prepared.Plan.Outputs[0];
                ValueInfo info = prepared.Plan[result];
                if (info.Count != output.Length)
                {
                    throw new ArgumentException(
                        $"The output has {output.Length} elements; expected {info.Count}, of shape "
                            + $"[{string.Join(", ", info.Shape)}].",
                        nameof(output));
                }
                fixed (float* x = input)
                {
                    ReadOnlySpan<nint> inputs = [(nint)x];
                    workspace.Run(inputs);
                }
                new ReadOnlySpan<float>((void*)workspace[result], info.Count).CopyTo(output);
            }
            finally
            {
                prepared.Return(workspace);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Makes a call, which takes and gives several inputs and outputs by name.</summary>
    /// <exception cref="ObjectDisposedException">The program was disposed.</exception>
    public ProgramCall CreateCall()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new(this);
    }

    /// <summary>Describes what the program computes, operation by operation, as a table.</summary>
    /// <param name="shapes">
    /// The shapes of the inputs, in their order; <see langword="null"/> for one sample of the recorded sizes.
    /// </param>
    /// <returns>
    /// For each operation where it stands in the model, the shape of its result, the bits of weights and activations,
    /// how many products of numbers it adds up, and whether in integers or in float32.
    /// </returns>
    /// <exception cref="ArgumentException">The program cannot run on inputs of these shapes.</exception>
    /// <exception cref="ObjectDisposedException">The program was disposed.</exception>
    public string Describe(IReadOnlyList<int[]>? shapes = null)
    {
        InputShapes inputs = new(shapes is null ? ExampleShapes() : [.. shapes]);
        Enter();
        try
        {
            (PreparedProgram prepared, Workspace workspace) = Rent(inputs);
            prepared.Return(workspace);
            string table = new ProgramTable(Lowered(inputs), inputs.Shapes).ToText(
                prepared.Plan.MemorySize, _crew?.Threads ?? 1);
            return $"{Model}: {string.Join(", ", Inputs)} -> {string.Join(", ", Outputs)}\n\n{table}";
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Frees the program's memory, once the calls that run now have ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            if (_running == 0)
                Free();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Gets the program as it was recorded.</summary>
    internal ProgramGraph Graph => _graph;

    /// <summary>Gets what the program names; <see langword="null"/> where it is computed as it is written.</summary>
    internal ProgramData? Data => _data;

    /// <summary>The share of the products of numbers that are computed in integers, 0 to 1.</summary>
    internal double IntegerShare(int[][] shapes) => new ProgramTable(Lowered(new(shapes)), shapes).IntegerShare;

    /// <summary>Shapes of inputs for which the program can be prepared: one sample.</summary>
    internal int[][] ExampleShapes() =>
        [.. _graph.Inputs.Select(static i => i.Recorded.Select(static s => Math.Max(s, 1)).ToArray())];

    /// <summary>Gets for how many shapes of inputs the program is prepared.</summary>
    internal int PreparedCount => _prepared.Count;

    /// <summary>The operations that are computed for inputs of some shapes, with how many there are of each.</summary>
    internal IEnumerable<string> OperationNames(int[][] shapes) =>
        Lowered(new(shapes)).Operations.CountBy(static o => o.Name).Select(static o => $"{o.Key} {o.Value}");

    /// <summary>The kinds, shapes and elements of the outputs.</summary>
    /// <param name="inputs">The elements of the inputs.</param>
    /// <param name="shapes">Their shapes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal IReadOnlyList<Constant> RunWith(IReadOnlyList<byte[]> inputs, int[][] shapes)
    {
        (PreparedProgram prepared, Workspace workspace) = Rent(new(shapes));
        var handles = inputs.Select(static i => GCHandle.Alloc(i, GCHandleType.Pinned)).ToList();
        try
        {
            workspace.Run([.. handles.Select(static h => h.AddrOfPinnedObject())]);
            return
            [
                .. prepared.Plan.Outputs.Select(o => prepared.Plan[o] is var info
                    ? new Constant(
                        info.Kind, info.Shape,
                        new ReadOnlySpan<byte>((void*)workspace[o], info.Count * info.ElementSize).ToArray())
                    : null!),
            ];
        }
        finally
        {
            prepared.Return(workspace);
            handles.ForEach(static h => h.Free());
        }
    }

    /// <summary>Runs a call.</summary>
    /// <param name="shapes">The shapes of the inputs.</param>
    /// <param name="inputs">Where they are.</param>
    /// <param name="outputs">Receive the outputs.</param>
    internal void Run(InputShapes shapes, ReadOnlySpan<nint> inputs, ProgramCall.Slot[] outputs)
    {
        Enter();
        try
        {
            (PreparedProgram prepared, Workspace workspace) = Rent(shapes);
            try
            {
                workspace.Run(inputs);
                for (int i = 0; i < outputs.Length; i++)
                {
                    int value = prepared.Plan.Outputs[i];
                    Span<byte> bytes = outputs[i].Resize(prepared.Plan[value]);
                    new ReadOnlySpan<byte>((void*)workspace[value], bytes.Length).CopyTo(bytes);
                }
            }
            finally
            {
                prepared.Return(workspace);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Refuses NaN, unless the options allow it.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    internal void CheckNumbers(ProgramTensor input, ReadOnlySpan<float> values)
    {
        if (Options.AllowNaN || !TensorPrimitives.IsNaNAny(values))
            return;
        int index = 0;
        while (!float.IsNaN(values[index]))
            index++;
        throw new ArgumentException(
            $"Element {index} of the input '{input.Name}' is NaN. Quantizers have no level for it: the result would "
                + "look like one and mean nothing. Give numbers, or set AllowNaN of the program's options.");
    }

    private static nint Copy(byte[] bytes)
    {
        nint memory = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes.Length, 1), MemoryLayout.Alignment);
        bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
        return memory;
    }

    private static ProgramElementType TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Float32 => ProgramElementType.Float32,
        ValueKind.Int64 => ProgramElementType.Int64,
        _ => ProgramElementType.Bool,
    };

    /// <summary>Why <see cref="Run(ReadOnlySpan{float}, Span{float})"/> does not run the program.</summary>
    private string? WhyNotSingle()
    {
        if (Inputs is not [{ ElementType: ProgramElementType.Float32 } only]
            || Outputs is not [{ ElementType: ProgramElementType.Float32 }])
        {
            return $"The program takes {string.Join(", ", Inputs)} and gives {string.Join(", ", Outputs)}, not one "
                + "input and one output of float32. Run it with CreateCall().";
        }
        return only.RecordedShape.Count(static s => s < 0) > 1
            ? $"The sizes of the input {only} do not follow from its length. Run the program with CreateCall()."
            : null;
    }

    /// <summary>The shape of an only input, in memory of the thread.</summary>
    private static InputShapes Single(ReadOnlySpan<int> sizes)
    {
        int[][] single = s_single ??= [[]];
        if (single[0].Length != sizes.Length)
            single[0] = new int[sizes.Length];
        sizes.CopyTo(single[0]);
        return new(single);
    }

    /// <summary>The preparation for some shapes, and memory for a call, which is to be returned to it.</summary>
    private (PreparedProgram Prepared, Workspace Workspace) Rent(InputShapes shapes)
    {
        while (true)
        {
            PreparedProgram prepared;
            CheckCount(shapes);
            try
            {
                prepared = _prepared.Get(shapes);
            }
            catch (InvalidProgramGraphException e)
            {
                throw new ArgumentException($"The program cannot run on inputs of these shapes: {e.Message}", e);
            }
            // Another call may have pushed it out meanwhile.
            if (prepared.Rent() is { } workspace)
                return (prepared, workspace);
        }
    }

    private void CheckCount(InputShapes shapes)
    {
        if (shapes.Shapes.Length != Inputs.Count)
        {
            throw new ArgumentException(
                $"There are {shapes.Shapes.Length} shapes; expected one for each input: {string.Join(", ", Inputs)}.");
        }
    }

    private ProgramGraph Lowered(InputShapes shapes) => _data is null
        ? _graph
        : Lowering.Of(_graph, _data, ExecutionPlan.InfosOf(_graph, shapes.Shapes));

    private void Enter()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _running++;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_running == 0 && _isDisposed)
                Free();
        }
    }

    private void Free()
    {
        _prepared.Retire();
        _crew?.Dispose();
        FreeConstants();
    }

    private void FreeConstants()
    {
        foreach (nint memory in _constants.Values)
            NativeMemory.AlignedFree((void*)memory);
        _constants.Clear();
    }
}
