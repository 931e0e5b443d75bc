using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace QDrop.Graphs;

/// <summary>A graph of ONNX that is being written.</summary>
internal sealed class OnnxGraph
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _small = new(StringComparer.Ordinal);

    /// <summary>Gets the graph.</summary>
    public GraphProto Proto { get; } = new();

    /// <summary>Gets the domains of operators that are not ONNX's own.</summary>
    public SortedSet<string> Domains { get; } = new(StringComparer.Ordinal);

    /// <summary>A name that no other value has.</summary>
    public string Unique(string wanted)
    {
        string name = wanted;
        for (int i = 2; !_names.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted}#{i}");
        return name;
    }

    /// <summary>Adds an input or an output.</summary>
    public void Declare(bool isInput, string name, ElementKind kind, IEnumerable<object> shape)
    {
        var sizes = new TensorShapeProto();
        foreach (object size in shape)
        {
            sizes.Dim.Add(size is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = (int)size });
        }
        (isInput ? Proto.Input : Proto.Output).Add(new ValueInfoProto
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = (int)kind, Shape = sizes } },
        });
    }

    /// <summary>Adds a node of one output.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">The names of its inputs; empty for one that is left out.</param>
    /// <param name="wanted">The name of its output, if no other value has it.</param>
    /// <param name="attributes">Its attributes: long, double, string, or long[].</param>
    /// <param name="domain">The operator's domain; empty for ONNX's own.</param>
    /// <returns>The name of the output.</returns>
    public string Node(
        string type,
        IReadOnlyList<string> inputs,
        string wanted,
        IReadOnlyList<(string Name, object Value)> attributes,
        string domain = "")
    {
        string output = Unique(wanted);
        var node = new NodeProto { OpType = type, Name = output, Domain = domain };
        // Inputs that are left out at the end do not stand there at all.
        int count = inputs.Count;
        while (count > 0 && inputs[count - 1].Length == 0)
            count--;
        node.Input.Add(inputs.Take(count));
        node.Output.Add(output);
        foreach ((string name, object value) in attributes)
            node.Attribute.Add(AttributeOf(name, value));
        Proto.Node.Add(node);
        if (domain.Length > 0)
            Domains.Add(domain);
        return output;
    }

    /// <summary>Gives the last nodes' value another name.</summary>
    /// <param name="first">The first node in which it may stand.</param>
    /// <param name="old">Its name.</param>
    /// <param name="wanted">The new name, which no other value has.</param>
    public void Rename(int first, string old, string wanted)
    {
        _names.Remove(old);
        for (int i = first; i < Proto.Node.Count; i++)
        {
            NodeProto node = Proto.Node[i];
            Replace(node.Input);
            Replace(node.Output);
            if (node.Output.Contains(wanted))
                node.Name = wanted;
        }

        void Replace(Google.Protobuf.Collections.RepeatedField<string> names)
        {
            for (int k = 0; k < names.Count; k++)
            {
                if (names[k] == old)
                    names[k] = wanted;
            }
        }
    }

    /// <summary>Adds a tensor.</summary>
    /// <param name="wanted">Its name, if no other value has it.</param>
    /// <param name="kind">What its elements are.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="bytes">The elements as ONNX has them: little endian, those of less than 8 bits packed.</param>
    /// <returns>Its name.</returns>
    public string Tensor(string wanted, ElementKind kind, IReadOnlyList<int> shape, ReadOnlySpan<byte> bytes)
    {
        string name = Unique(wanted);
        var tensor = new TensorProto { Name = name, DataType = (int)kind, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(shape.Select(static s => (long)s));
        Proto.Initializer.Add(tensor);
        return name;
    }

    /// <summary>A tensor of whole numbers, such as a shape; one for all that have the same.</summary>
    public string Integers(params long[] values) => Small(
        string.Join(',', values), () => Tensor(
            $"integers/{string.Join('_', values)}", ElementKind.Int64, [values.Length],
            MemoryMarshal.AsBytes<long>(values)));

    /// <summary>A single number; one for all that are the same.</summary>
    public string Number(double value) => Small(
        string.Create(CultureInfo.InvariantCulture, $"f{(float)value:R}"), () => Tensor(
            string.Create(CultureInfo.InvariantCulture, $"number/{(float)value:R}"), ElementKind.Float32, [],
            MemoryMarshal.AsBytes<float>([(float)value])));

    /// <summary>A single whole number; one for all that are the same.</summary>
    public string Integer(long value) => Small(
        string.Create(CultureInfo.InvariantCulture, $"i{value}"), () => Tensor(
            string.Create(CultureInfo.InvariantCulture, $"integer/{value}"), ElementKind.Int64, [],
            MemoryMarshal.AsBytes<long>([value])));

    /// <summary>A single code of 8 bits; one for all that are the same.</summary>
    public string Code(byte value) => Small(
        string.Create(CultureInfo.InvariantCulture, $"u{value}"), () => Tensor(
            string.Create(CultureInfo.InvariantCulture, $"code/{value}"), ElementKind.UInt8, [], [value]));

    /// <summary>Numbers of a shape.</summary>
    public string Floats(string wanted, float[] values, params int[] shape) =>
        Tensor(wanted, ElementKind.Float32, shape, MemoryMarshal.AsBytes<float>(values));

    private string Small(string key, Func<string> make)
    {
        if (!_small.TryGetValue(key, out string? name))
            _small.Add(key, name = make());
        return name;
    }

    private static AttributeProto AttributeOf(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number:
                attribute.Type = AttributeProto.Types.AttributeType.Int;
                attribute.I = number;
                break;
            case double number:
                attribute.Type = AttributeProto.Types.AttributeType.Float;
                attribute.F = (float)number;
                break;
            case string text:
                attribute.Type = AttributeProto.Types.AttributeType.String;
                attribute.S = ByteString.CopyFromUtf8(text);
                break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add(numbers);
                break;
            default:
                throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value));
        }
        return attribute;
    }
}
