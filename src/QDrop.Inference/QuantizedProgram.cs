using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<ShapeKey, PreparedProgram> _prepared = [];
    private readonly Lock _lock = new();
    private int _running;
    private bool _isDisposed;

    /// <param name="model">Full name of the model's class.</param>
    /// <param name="graph">The program, with what it names.</param>
    /// <param name="data">
    /// What it names; <see langword="null"/> to compute everything in float32, as it is written.
    /// </param>
    internal QuantizedProgram(string model, ProgramGraph graph, ProgramData? data)
    {
        Model = model;
        (_graph, _data) = (graph, data);
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

    /// <summary>Gets the program.</summary>
    internal ProgramGraph Graph => _graph;

    /// <summary>Gets what the program names; <see langword="null"/> if nothing.</summary>
    internal ProgramData? Data => _data;

    /// <summary>Loads the program of a quantized model.</summary>
    /// <param name="path">The artifact that the build has left, <c>….qdrop.safetensors</c>.</param>
    /// <returns>The program. The caller disposes it.</returns>
    /// <exception cref="QDropException">
    /// QDROP250: the file is truncated, corrupted or inconsistent. QDROP251: it is no artifact. QDROP252: it is of a
    /// newer format. QDROP254: there is no such file. QDROP255: the model has no program.
    /// </exception>
    public static QuantizedProgram Load(string path)
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
            return new(contents.Model, Vocabulary.Bind(program, contents.Data), contents.Data);
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

    /// <summary>Runs a program with one input and one output.</summary>
    /// <param name="input">
    /// The input, row-major: as many samples as it has elements for, where the program takes any number of them.
    /// </param>
    /// <param name="output">Receives the output, row-major.</param>
    /// <exception cref="ArgumentException">
    /// The program has several inputs or outputs, or a span has another length than it should.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The program was disposed.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        if (_graph.Inputs is not [{ Kind: ValueKind.Float32 } only] || _graph.Outputs is not [_])
            throw new ArgumentException("The program does not have one input of float32 and one output.");
        Enter();
        try
        {
            PreparedProgram prepared = Prepare(new([ShapeOf(only, input.Length)]));
            int result = prepared.Plan.Outputs[0];
            ValueInfo info = prepared.Plan[result];
            if (info.Kind != ValueKind.Float32 || info.Count != output.Length)
            {
                throw new ArgumentException(
                    $"The output has {output.Length} elements; expected {info.Count}, of shape "
                        + $"[{string.Join(", ", info.Shape)}].",
                    nameof(output));
            }
            Workspace workspace = prepared.Rent();
            try
            {
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

    /// <summary>The operations that are computed for inputs of some shapes, with how many there are of each.</summary>
    internal IEnumerable<string> OperationNames(int[][] shapes) =>
        Lowered(new(shapes)).Operations.CountBy(static o => o.Name).Select(static o => $"{o.Key} {o.Value}");

    /// <summary>The kinds, shapes and elements of the outputs.</summary>
    /// <param name="inputs">The elements of the inputs.</param>
    /// <param name="shapes">Their shapes.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal IReadOnlyList<Constant> RunWith(IReadOnlyList<byte[]> inputs, int[][] shapes)
    {
        PreparedProgram prepared = Prepare(new(shapes));
        Workspace workspace = prepared.Rent();
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

    private static int[] ShapeOf(ProgramInput input, int length)
    {
        int free = input.Shape.Count(static s => s < 0);
        long known = input.Shape.Where(static s => s >= 0).Aggregate(1L, static (count, s) => count * s);
        string shape = string.Join(", ", input.Shape.Select(static s => s < 0 ? "any" : $"{s}"));
        if (free > 1)
            throw new ArgumentException($"The input has shape [{shape}]: its sizes do not follow from its length.");
        if (free == 0 ? known != length : known == 0 || length % known != 0)
        {
            throw new ArgumentException(
                $"The input has {length} elements; expected {(free > 0 ? "a multiple of " : "")}{known}, for shape "
                    + $"[{shape}].");
        }
        return [.. input.Shape.Select(s => s < 0 ? (int)(length / known) : s)];
    }

    private static nint Copy(byte[] bytes)
    {
        nint memory = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes.Length, 1), MemoryLayout.Alignment);
        bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
        return memory;
    }

    private PreparedProgram Prepare(ShapeKey key)
    {
        if (_prepared.TryGetValue(key, out PreparedProgram? known))
            return known;
        try
        {
            return _prepared.GetOrAdd(key, Make);
        }
        catch (InvalidProgramGraphException e)
        {
            throw new ArgumentException($"The program cannot run on inputs of these shapes: {e.Message}", e);
        }
    }

    private PreparedProgram Make(ShapeKey key) => new(new ExecutionPlan(Lowered(key), key.Shapes, _constants));

    private ProgramGraph Lowered(ShapeKey key) => _data is null
        ? _graph
        : Lowering.Of(_graph, _data, ExecutionPlan.InfosOf(_graph, key.Shapes));

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
        foreach (PreparedProgram prepared in _prepared.Values)
            prepared.Dispose();
        FreeConstants();
    }

    private void FreeConstants()
    {
        foreach (nint memory in _constants.Values)
            NativeMemory.AlignedFree((void*)memory);
        _constants.Clear();
    }

    /// <summary>The shapes of all inputs.</summary>
    private readonly record struct ShapeKey(int[][] Shapes)
    {
        public bool Equals(ShapeKey other) =>
            Shapes.Length == other.Shapes.Length
            && Shapes.Zip(other.Shapes).All(static p => p.First.AsSpan().SequenceEqual(p.Second));

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (int[] shape in Shapes)
            {
                foreach (int size in shape)
                    hash.Add(size);
            }
            return hash.ToHashCode();
        }
    }
}
