using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>An operation that is being written, and what it is written with.</summary>
/// <param name="writer">Writes the program.</param>
/// <param name="operation">The operation.</param>
/// <param name="value">The number of its value.</param>
/// <param name="name">The name for the value, if no other has it.</param>
internal sealed class Emission(ProgramWriter writer, Operation operation, int value, string name)
{
    /// <summary>Gets who writes.</summary>
    public ProgramWriter Writer => writer;

    /// <summary>Gets the graph.</summary>
    public OnnxGraph Graph => writer.Graph;

    /// <summary>Gets the operation.</summary>
    public Operation Operation => operation;

    /// <summary>Gets the operation's arguments.</summary>
    public Arguments With => operation.Arguments;

    /// <summary>Gets the number of the operation's value.</summary>
    public int Value => value;

    /// <summary>Gets the number of operands.</summary>
    public int Count => operation.Operands.Count;

    /// <summary>Gets the kind and the shape of the result.</summary>
    public ValueInfo Result => writer.Shapes[value];

    /// <summary>Gets the first operand's name.</summary>
    public string X => this[0];

    /// <summary>The name of an operand's value in ONNX; empty if there is no such operand.</summary>
    public string this[int operand] => operand < Count ? writer.NameOf(operation.Operands[operand]) : "";

    /// <summary>The kind and the shape of an operand.</summary>
    public ValueInfo Info(int operand) => writer.Shapes[operation.Operands[operand]];

    /// <summary>Adds a node.</summary>
    public string Node(string type, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        Graph.Node(type, inputs, name, attributes);

    /// <summary>Adds a node of one input or more, without attributes.</summary>
    public string Op(string type, params string[] inputs) => Graph.Node(type, inputs, name, []);

    /// <summary>Adds a node of an operator that is not ONNX's own.</summary>
    public string Foreign(
        string domain, string type, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        Graph.Node(type, inputs, name, attributes, domain);

    /// <summary>A number.</summary>
    public string Number(double number) => Graph.Number(number);

    /// <summary>Whole numbers.</summary>
    public string Integers(params long[] values) => Graph.Integers(values);

    /// <summary>Whole numbers.</summary>
    public string Integers(IEnumerable<int> values) => Graph.Integers([.. values.Select(static v => (long)v)]);

    /// <summary>Numbers of a shape.</summary>
    public string Floats(float[] values, params int[] shape) => Graph.Floats($"{name}/constant", values, shape);

    /// <summary>Elements of another kind.</summary>
    public string Cast(string x, ElementKind kind) => Node("Cast", [x], ("to", (long)kind));

    /// <summary>Another shape, of which at most one size is unknown.</summary>
    public string Reshape(string x, IEnumerable<int> shape) => Op("Reshape", x, Integers(shape));

    /// <summary>What a dimension is as an index from 0.</summary>
    public int Axis(long dimension, int operand = 0) =>
        (int)(dimension < 0 ? dimension + Info(operand).Rank : dimension);

    /// <summary>The operation cannot be written.</summary>
    /// <param name="why">Why not, as a sentence without its end.</param>
    public NotOnnxException Refuse(string why) => new(why);
}
