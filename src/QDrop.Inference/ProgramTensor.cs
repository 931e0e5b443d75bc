namespace QDrop;

/// <summary>What the elements of an input or an output of a <see cref="QuantizedProgram"/> are.</summary>
public enum ProgramElementType
{
    /// <summary>Floating point of 32 bits, <see cref="float"/>.</summary>
    Float32,

    /// <summary>Whole numbers of 64 bits, <see cref="long"/>, such as the numbers of tokens.</summary>
    Int64,

    /// <summary>Truth values, <see cref="bool"/>, such as a mask.</summary>
    Bool,
}

/// <summary>An input or an output of a <see cref="QuantizedProgram"/>.</summary>
public sealed class ProgramTensor
{
    internal ProgramTensor(string name, ProgramElementType elementType, IReadOnlyList<int> shape) =>
        (Name, ElementType, Shape) = (name, elementType, shape);

    /// <summary>
    /// Gets the name. An input has that of the parameter of <c>forward</c>; the only output is <c>output</c>, several
    /// are <c>output1</c>, <c>output2</c>, ….
    /// </summary>
    public string Name { get; }

    /// <summary>Gets what the elements are.</summary>
    public ProgramElementType ElementType { get; }

    /// <summary>Gets the sizes; −1 where any size will do, as for the number of samples.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Returns name, type and shape, such as <c>image: Float32 [any, 3, 32, 32]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType} {ShapeText}";

    /// <summary>Gets the shape as text.</summary>
    internal string ShapeText => $"[{string.Join(", ", Shape.Select(static s => s < 0 ? "any" : $"{s}"))}]";
}
