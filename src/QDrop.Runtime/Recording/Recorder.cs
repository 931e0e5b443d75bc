using System.Runtime.CompilerServices;
using QDrop.Operations;
using QDrop.Programs;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Recording;

/// <summary>Records what one call of a twin computes.</summary>
internal sealed class Recorder : IDisposable
{
    [ThreadStatic]
    private static Recorder? s_current;

    private readonly ConditionalWeakTable<Tensor, object> _values = [];
    private readonly List<Tensor> _kept = [];
    private readonly Dictionary<object, int> _named = [];
    private readonly Recorder? _outer = s_current;
    private readonly List<ProgramInput> _inputs = [];
    private readonly List<Operation> _operations = [];
    private readonly List<int[]> _shapes = [];
    private readonly List<ValueKind> _kinds = [];
    private readonly Dictionary<int, Constant> _constants = [];

    /// <param name="inputs">The names of the model's inputs.</param>
    /// <param name="tensors">The inputs themselves.</param>
    public Recorder(IReadOnlyList<string> inputs, IReadOnlyList<Tensor> tensors)
    {
        for (int i = 0; i < tensors.Count; i++)
        {
            int[] shape = ShapeOf(tensors[i]);
            _inputs.Add(new(inputs[i], KindOf(tensors[i]), shape));
            _shapes.Add(shape);
            _kinds.Add(KindOf(tensors[i]));
            Set(tensors[i], i);
        }
        s_current = this;
    }

    /// <summary>Gets who records on this thread; <see langword="null"/> if nobody does.</summary>
    public static Recorder? Current => s_current;

    /// <summary>
    /// Gets whether quantizers are noted that do not quantize yet, so that it is seen where they stand.
    /// </summary>
    public bool MarksQuantizers { get; init; }

    /// <summary>Gets or sets where the model's code is now, such as <c>layer1.0.conv1</c>.</summary>
    public string Place { get; set; } = "";

    /// <summary>Gets the constants that the model's code has made, by the number of their value.</summary>
    public IReadOnlyDictionary<int, Constant> Constants => _constants;

    /// <summary>Gets the shapes of all values.</summary>
    public IReadOnlyList<int[]> Shapes => _shapes;

    /// <summary>Gets what was recorded.</summary>
    /// <param name="names">The names of the outputs.</param>
    /// <param name="outputs">The outputs.</param>
    public ProgramGraph Graph(IReadOnlyList<string> names, IReadOnlyList<Tensor> outputs) => new(
        _inputs, _operations,
        [.. outputs.Select((t, i) => new ProgramOutput(names[i], ValueOf(t), KindOf(t), ShapeOf(t)))]);

    /// <summary>Notes what has made a tensor.</summary>
    /// <exception cref="NotRecordableException">It cannot stand in a program.</exception>
    public void Add(Tensor result, List<object?> parts)
    {
        int value = new NoteReader(this, parts).Read();
        int[] shape = ShapeOf(result);
        if (!shape.AsSpan().SequenceEqual(_shapes[value]) || KindOf(result) != _kinds[value])
        {
            throw new NotRecordableException(
                $"of '{_operations[^1].Name}'{At()}, the model gives [{string.Join(", ", shape)}] and a program "
                    + $"[{string.Join(", ", _shapes[value])}]");
        }
        Set(result, value);
    }

    /// <summary>Notes that a tensor has the values of another one.</summary>
    public void Same(Tensor result, Tensor other) => Set(result, ValueOf(other));

    /// <summary>Notes that a tensor is an operand that has a name.</summary>
    public void Bind(Tensor tensor, LayerOperand operand)
    {
        int value = Named(operand);
        (_shapes[value], _kinds[value]) = (ShapeOf(tensor), KindOf(tensor));
        Set(tensor, value);
    }

    /// <exception cref="NotRecordableException">Always.</exception>
    public void Refuse(string operation) =>
        throw new NotRecordableException($"'{operation}'{At()} has no place in a program");

    /// <inheritdoc/>
    public void Dispose() => s_current = _outer;

    /// <summary>Adds an operation.</summary>
    /// <exception cref="NotRecordableException">It does not take its operands.</exception>
    internal int Add(string name, IReadOnlyList<int> operands, Arguments arguments)
    {
        var operation = new Operation(name, operands, arguments, Place);
        ValueInfo info = InfoOf(operation);
        _operations.Add(operation);
        _shapes.Add(info.Shape);
        _kinds.Add(info.Kind);
        return _inputs.Count + _operations.Count - 1;
    }

    private ValueInfo InfoOf(Operation operation)
    {
        ValueInfo[] operands = [.. operation.Operands.Select(o => new ValueInfo(_kinds[o], _shapes[o]))];
        try
        {
            return operation.Name switch
            {
                // Who adds a constant says what it is.
                "constant" => new(ValueKind.Float32, []),
                "quantize" => operands[0],
                _ => Vocabulary.Find(operation.Name)!.Infer(operation, operands),
            };
        }
        catch (InvalidProgramGraphException e)
        {
            throw new NotRecordableException($"of '{operation.Name}'{At()}, {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The value of an operand.</summary>
    internal int Operand(object operand, ValueKind? beside) => operand switch
    {
        Tensor tensor => ValueOf(tensor),
        LayerOperand layer => Named(layer),
        Scalar scalar => Number(scalar.ToDouble(), beside),
        double or float or int or long => Number(
            Convert.ToDouble(operand, System.Globalization.CultureInfo.InvariantCulture), beside),
        _ => throw new ArgumentException($"A {operand.GetType().Name} is no operand.", nameof(operand)),
    };

    /// <summary>The kind of a value.</summary>
    internal ValueKind KindOf(int value) => _kinds[value];

    private int Number(double number, ValueKind? beside)
    {
        bool isWhole = beside == ValueKind.Int64;
        int value = Add(
            "constant", [], new([isWhole ? ("integer", (object)(long)number) : ("value", number)]));
        _kinds[value] = isWhole ? ValueKind.Int64 : ValueKind.Float32;
        return value;
    }

    private int Named(LayerOperand operand)
    {
        if (!_named.TryGetValue(operand, out int value))
        {
            value = Add("constant", [], new([(operand.IsBias ? "bias" : "weight", operand.Layer)]));
            _named.Add(operand, value);
        }
        return value;
    }

    private int ValueOf(Tensor tensor)
    {
        if (_values.TryGetValue(tensor, out object? known))
            return (int)known;
        // Nothing has noted it: it is taken for a constant, and compared with another call's.
        int value = Add("constant", [], new([("tensor", "")]));
        _ = KindOf(tensor);
        _constants.Add(value, ConstantOf(tensor)!);
        _shapes[value] = ShapeOf(tensor);
        _kinds[value] = KindOf(tensor);
        Set(tensor, value);
        return value;
    }

    private void Set(Tensor tensor, int value)
    {
        _values.AddOrUpdate(tensor, value);
        _kept.Add(tensor);
    }

    /// <summary>A tensor as a constant; <see langword="null"/> where its type has no place in a program.</summary>
    internal static Constant? ConstantOf(Tensor tensor)
    {
        if (Kind(tensor.dtype) is not { } kind)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor dense = TensorBytes.Dense(kind switch
        {
            ValueKind.Float32 => tensor.to_type(ScalarType.Float32),
            ValueKind.Int64 => tensor.to_type(ScalarType.Int64),
            _ => tensor,
        });
        byte[] bytes = new byte[checked((int)(dense.numel() * dense.element_size()))];
        int place = 0;
        TensorBytes.ForEachPiece(dense, piece =>
        {
            piece.CopyTo(bytes.AsSpan(place));
            place += piece.Length;
        });
        return new(kind, ShapeOf(tensor), bytes);
    }

    private ValueKind KindOf(Tensor tensor) =>
        Kind(tensor.dtype) ?? throw new NotRecordableException($"a value{At()} has elements of type {tensor.dtype}");

    private static ValueKind? Kind(ScalarType type) => type switch
    {
        ScalarType.Float32 => ValueKind.Float32,
        ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte =>
            ValueKind.Int64,
        ScalarType.Bool => ValueKind.Bool,
        _ => null,
    };

    private static int[] ShapeOf(Tensor tensor) => Array.ConvertAll(tensor.shape, static s => checked((int)s));

    private string At() => Place.Length > 0 ? $" at '{Place}'" : "";
}

/// <summary>Why a model cannot be a program, as part of a sentence.</summary>
/// <param name="reason">The reason.</param>
internal sealed class NotRecordableException(string reason) : Exception(reason);
