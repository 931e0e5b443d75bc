using System.Runtime.InteropServices;
using QDrop.Programs;

namespace QDrop;

/// <summary>
/// A call of a <see cref="QuantizedProgram"/> with several inputs or outputs, by name. It may be run again and again,
/// with the same inputs or others.
/// </summary>
/// <remarks>
/// It has memory of its own for inputs and outputs, which is reused. It is for one thread at a time; each thread has a
/// call of its own.
/// </remarks>
public sealed unsafe class ProgramCall
{
    private readonly QuantizedProgram _program;
    private readonly Slot[] _inputs;
    private readonly Slot[] _outputs;
    private readonly int[][] _shapes;
    private readonly nint[] _addresses;
    private bool _hasRun;

    internal ProgramCall(QuantizedProgram program)
    {
        _program = program;
        _inputs = [.. program.Inputs.Select(static t => new Slot(t))];
        _outputs = [.. program.Outputs.Select(static t => new Slot(t))];
        _shapes = new int[_inputs.Length][];
        _addresses = new nint[_inputs.Length];
    }

    /// <summary>Sets an input of float32. It is copied.</summary>
    /// <param name="name">The name of the input.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="shape">
    /// Its sizes. They may be left out where at most one of them is open, and follows from the number of elements.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no such input; it has elements of another type, or another shape; or an element is NaN, and the
    /// program's options do not allow that.
    /// </exception>
    public void SetInput(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        Slot slot = InputOf(name, ProgramElementType.Float32);
        _program.CheckNumbers(slot.Tensor, values);
        slot.Set(MemoryMarshal.AsBytes(values), values.Length, shape);
    }

    /// <summary>Sets an input of whole numbers of 64 bits. It is copied.</summary>
    /// <inheritdoc cref="SetInput(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public void SetInput(string name, ReadOnlySpan<long> values, params ReadOnlySpan<int> shape) =>
        InputOf(name, ProgramElementType.Int64).Set(MemoryMarshal.AsBytes(values), values.Length, shape);

    /// <summary>Sets an input of truth values. It is copied.</summary>
    /// <inheritdoc cref="SetInput(string, ReadOnlySpan{float}, ReadOnlySpan{int})"/>
    public void SetInput(string name, ReadOnlySpan<bool> values, params ReadOnlySpan<int> shape) =>
        InputOf(name, ProgramElementType.Bool).Set(MemoryMarshal.AsBytes(values), values.Length, shape);

    /// <summary>Runs the program on the inputs.</summary>
    /// <exception cref="InvalidOperationException">An input was not set.</exception>
    /// <exception cref="ArgumentException">The program cannot run on inputs of these shapes.</exception>
    /// <exception cref="ObjectDisposedException">The program was disposed.</exception>
    public void Run()
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            Slot input = _inputs[i];
            if (input.Shape is not { } shape)
            {
                throw new InvalidOperationException(
                    $"The input '{input.Tensor.Name}' was not set. Call SetInput first.");
            }
            _shapes[i] = shape;
            _addresses[i] = input.Address;
        }
        _hasRun = false;
        _program.Run(new(_shapes), _addresses, _outputs);
        _hasRun = true;
    }

    /// <summary>Gets the elements of an output, row-major. The next <see cref="Run"/> writes over them.</summary>
    /// <typeparam name="T">
    /// What the elements are: <see cref="float"/>, <see cref="long"/>, or <see cref="bool"/>.
    /// </typeparam>
    /// <param name="name">The name of the output.</param>
    /// <exception cref="ArgumentException">There is no such output, or it has elements of another type.</exception>
    /// <exception cref="InvalidOperationException">The call has not run.</exception>
    public ReadOnlySpan<T> GetOutput<T>(string name)
        where T : unmanaged
    {
        Slot output = OutputOf(name);
        bool fits = output.Tensor.ElementType switch
        {
            ProgramElementType.Float32 => typeof(T) == typeof(float),
            ProgramElementType.Int64 => typeof(T) == typeof(long),
            _ => typeof(T) == typeof(bool),
        };
        return fits
            ? MemoryMarshal.Cast<byte, T>(output.Bytes)
            : throw new ArgumentException(
                $"The output '{name}' has elements of type {output.Tensor.ElementType}, not {typeof(T).Name}.",
                nameof(name));
    }

    /// <summary>Gets the sizes of an output.</summary>
    /// <param name="name">The name of the output.</param>
    /// <exception cref="ArgumentException">There is no such output.</exception>
    /// <exception cref="InvalidOperationException">The call has not run.</exception>
    public ReadOnlySpan<int> GetOutputShape(string name) => OutputOf(name).Shape;

    /// <summary>The inputs that were set.</summary>
    /// <exception cref="InvalidOperationException">One was not.</exception>
    internal IReadOnlyList<Constant> InputValues() =>
    [
        .. _inputs.Select(static i => new Constant(
            i.Tensor.ElementType switch
            {
                ProgramElementType.Float32 => ValueKind.Float32,
                ProgramElementType.Int64 => ValueKind.Int64,
                _ => ValueKind.Bool,
            },
            [
                .. i.Shape ?? throw new InvalidOperationException(
                    $"The input '{i.Tensor.Name}' was not set. Call SetInput first."),
            ],
            i.Bytes.ToArray())),
    ];

    private Slot InputOf(string name, ProgramElementType type)
    {
        Slot slot = Find(_inputs, name, "input");
        return slot.Tensor.ElementType == type
            ? slot
            : throw new ArgumentException(
                $"The input '{name}' has elements of type {slot.Tensor.ElementType}, not {type}.", nameof(name));
    }

    private Slot OutputOf(string name)
    {
        Slot slot = Find(_outputs, name, "output");
        return _hasRun ? slot : throw new InvalidOperationException("The call has not run. Call Run first.");
    }

    private static Slot Find(Slot[] slots, string name, string what)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (Slot slot in slots)
        {
            if (slot.Tensor.Name == name)
                return slot;
        }
        throw new ArgumentException(
            $"The program has no {what} '{name}'; it has {string.Join(", ", slots.Select(static s => s.Tensor.Name))}.",
            nameof(name));
    }

    /// <summary>The memory of an input or an output.</summary>
    internal sealed class Slot(ProgramTensor tensor)
    {
        // Elements of 8 bytes are aligned, and nothing moves.
        private long[] _memory = [];
        private int _length;

        public ProgramTensor Tensor => tensor;

        /// <summary>The sizes; <see langword="null"/> before they are known.</summary>
        public int[]? Shape { get; private set; }

        public nint Address => (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(
            ref MemoryMarshal.GetArrayDataReference(_memory));

        public Span<byte> Bytes => MemoryMarshal.AsBytes(_memory.AsSpan())[.._length];

        /// <summary>Takes an input.</summary>
        public void Set(ReadOnlySpan<byte> bytes, int count, ReadOnlySpan<int> shape)
        {
            if (Shape is null || Shape.Length != tensor.Shape.Count)
                Shape = new int[tensor.Shape.Count];
            if (shape.IsEmpty && tensor.Shape.Count > 0)
                tensor.FindShape(count, Shape);
            else
                TakeShape(shape, count);
            bytes.CopyTo(Room(bytes.Length));
        }

        /// <summary>Makes room for an output.</summary>
        public Span<byte> Resize(ValueInfo info)
        {
            if (Shape is null || Shape.Length != info.Rank)
                Shape = new int[info.Rank];
            info.Shape.CopyTo(Shape, 0);
            return Room(info.Count * info.ElementSize);
        }

        private void TakeShape(ReadOnlySpan<int> shape, int count)
        {
            bool fits = shape.Length == tensor.Shape.Count;
            long elements = 1;
            for (int d = 0; d < shape.Length && fits; d++)
            {
                fits = shape[d] >= 0 && (tensor.Shape[d] < 0 || tensor.Shape[d] == shape[d]);
                elements *= shape[d];
                fits &= elements <= ValueInfo.MostElements;
            }
            if (!fits || elements != count)
            {
                Shape = null;
                throw new ArgumentException(
                    $"The input '{tensor.Name}' has {count} elements and shape [{string.Join(", ", shape.ToArray())}]; "
                        + $"expected {tensor.ShapeText}.");
            }
            shape.CopyTo(Shape);
        }

        private Span<byte> Room(int bytes)
        {
            if (_memory.Length * sizeof(long) < bytes || _memory.Length == 0)
                _memory = GC.AllocateArray<long>(Math.Max((bytes + sizeof(long) - 1) / sizeof(long), 1), pinned: true);
            _length = bytes;
            return Bytes;
        }
    }
}
