using System.Runtime.InteropServices;
using QDrop.Graphs;
using QDrop.Grids;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Writes a program as a graph of ONNX.</summary>
internal sealed class ProgramWriter
{
    private readonly ProgramGraph _program;
    private readonly ProgramData? _data;
    private readonly string?[] _names;

    private ProgramWriter(ProgramGraph program, ProgramData? data, OnnxOptions options)
    {
        if (options.Format == OnnxFormat.Qdq)
            program = QuantizerHoisting.Apply(program);
        (_program, _data, Options) = (program, data, options);
        _names = new string?[program.ValueCount];
        Shapes = SymbolicShapes.Of(program);
        Plan = new(
            program, Shapes, options.Format == OnnxFormat.Qdq, options.Exact,
            options.Samples is { } samples ? new(program, data, samples.InputValues()) : null);
        Weights = new(Graph, options);
        Grids = new(this);
    }

    /// <summary>Gets what is written.</summary>
    public OnnxGraph Graph { get; } = new();

    /// <summary>Gets how it is to be written.</summary>
    public OnnxOptions Options { get; }

    /// <summary>Gets the shapes of the program's values.</summary>
    public SymbolicShapes Shapes { get; }

    /// <summary>Gets which values are codes.</summary>
    public QuantizationPlan Plan { get; }

    /// <summary>Gets who writes weights.</summary>
    public WeightWriter Weights { get; }

    /// <summary>Gets who writes quantizers.</summary>
    public GridWriter Grids { get; }

    /// <summary>Writes a program.</summary>
    /// <exception cref="OperationNotOnnxException">An operation cannot be written.</exception>
    public static OnnxGraph Write(ProgramGraph program, ProgramData? data, OnnxOptions options)
    {
        var writer = new ProgramWriter(program, data, options);
        writer.Write();
        return writer.Graph;
    }

    /// <summary>What the elements of a value are in ONNX.</summary>
    public static ElementKind KindOf(ValueKind kind) => kind switch
    {
        ValueKind.Int64 => ElementKind.Int64,
        ValueKind.Bool => ElementKind.Bool,
        _ => ElementKind.Float32,
    };

    /// <summary>The name of a value; constants are written when they are named first.</summary>
    public string NameOf(int value) => _names[value] ??= Constant(_program.MakerOf(value)!);

    /// <summary>
    /// The quantized weights that a value is; <see langword="null"/> if it is none, or they need no integers.
    /// </summary>
    public LayerWeights? WeightsOf(int value) =>
        Options.Format == OnnxFormat.Qdq ? Layer(_program.MakerOf(value)) : null;

    /// <summary>The operation that makes a value; <see langword="null"/> for an input.</summary>
    public Operation? MakerOf(int value) => _program.MakerOf(value);

    /// <summary>The numbers of a constant.</summary>
    public float[] ConstantOf(int value) =>
        MemoryMarshal.Cast<byte, float>(((Constant)_program.MakerOf(value)!.Data!).Bytes).ToArray();

    private void Write()
    {
        string[] outputs = [.. _program.Outputs.Select(o => Graph.Unique(o.Name))];
        for (int i = 0; i < _program.Inputs.Count; i++)
        {
            string name = Graph.Unique(_program.Inputs[i].Name);
            _names[i] = name;
            Graph.Declare(true, name, KindOf(_program.Inputs[i].Kind), Shapes.Declared(i, name));
        }
        for (int value = _program.Inputs.Count; value < _program.ValueCount; value++)
        {
            Operation operation = _program.MakerOf(value)!;
            if (operation.Name != "constant" && !Plan.IsFolded(value))
                Write(value, operation, outputs);
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            int value = _program.Outputs[i].Value;
            string name = outputs[i], from = NameOf(value);
            if (from != name)
                Graph.Rename(Graph.Proto.Node.Count - 1, Graph.Node("Identity", [from], name, []), name);
            Graph.Declare(false, name, KindOf(Shapes[value].Kind), Shapes.Declared(value, name));
        }
    }

    private void Write(int value, Operation operation, string[] outputs)
    {
        int first = Graph.Proto.Node.Count;
        string place = operation.Place.Length > 0 ? $"{operation.Place}/{operation.Name}" : operation.Name;
        var emission = new Emission(this, operation, value, place);
        string name;
        try
        {
            Emitter emit = OperatorTable.Find(operation.Name)
                ?? throw new NotOnnxException("there is no operator for it");
            name = emit(emission);
        }
        catch (NotOnnxException e)
        {
            throw new OperationNotOnnxException(operation, e.Message);
        }
        if (Plan.RoundedTo(value) is { } rounded)
            name = Grids.Round(name, rounded);
        else if (operation.Name == "max_pool" && Plan.IsDelayed(value, out int quantizer))
            name = Grids.Delayed(name, quantizer);
        else if (Plan.GridOf(value) is { } grid && !Grids.IsOnGrid(name) && !Plan.IsDelayed(value, out _))
            name = Grids.Again(name, grid);
        int output = 0;
        while (output < outputs.Length && _program.Outputs[output].Value != value)
            output++;
        bool isOperand = operation.Operands.Any(o => _names[o] == name);
        if (output < outputs.Length && Graph.Proto.Node.Count > first && !isOperand)
        {
            Graph.Rename(first, name, outputs[output]);
            Grids.Rename(name, outputs[output]);
            name = outputs[output];
        }
        _names[value] = name;
    }

    private LayerWeights? Layer(Operation? operation) =>
        operation is { Name: "constant" } && operation.Arguments.Has("weight")
            ? _data?.Layers[operation.Arguments.Text("weight")]
            : null;

    private string Constant(Operation operation)
    {
        if (Layer(operation) is { } layer)
        {
            return Options.Format == OnnxFormat.Qonnx
                ? Grids.Quant(layer)
                : Weights.Write(layer, WeightForm.Plain).Name;
        }
        var constant = (Constant)operation.Data!;
        if (operation.Arguments.Has("value"))
            return Graph.Number(operation.Arguments.Number("value"));
        if (operation.Arguments.Has("integer"))
            return Graph.Integer(operation.Arguments.Integer("integer"));
        string name = operation.Arguments.Has("bias") ? $"{operation.Arguments.Text("bias")}.bias"
            : operation.Arguments.Has("tensor") ? operation.Arguments.Text("tensor")
            : $"{operation.Arguments.Text("weight")}.weight";
        return Graph.Tensor(name, KindOf(constant.Kind), constant.Shape, constant.Bytes);
    }
}
