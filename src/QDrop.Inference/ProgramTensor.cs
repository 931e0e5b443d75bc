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
    internal ProgramTensor(
        string name, ProgramElementType elementType, IReadOnlyList<int> shape, IReadOnlyList<int>? recorded = null) =>
        (Name, ElementType, Shape, RecordedShape) = (name, elementType, shape, recorded ?? shape);

    /// <summary>
    /// Gets the name. An input has that of the parameter of <c>forward</c>; the only output is <c>output</c>, several
    /// are <c>output1</c>, <c>output2</c>, ….
    /// </summary>
    public string Name { get; }

    /// <summary>Gets what the elements are.</summary>
    public ProgramElementType ElementType { get; }

    /// <summary>Gets the sizes; −1 where any size will do, as for the number of samples.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>
    /// Gets the sizes with which the program was recorded, which an input has that comes without its shape; −1 for the
    /// number of samples, and where an output's sizes follow from those of the inputs.
    /// </summary>
    public IReadOnlyList<int> RecordedShape { get; }

    /// <summary>Returns name, type and shape, such as <c>image: Float32 [any, 3, 32, 32]</c>.</summary>
    public override string ToString() => $"{Name}: {ElementType} {ShapeText}";

    /// <summary>Gets the shape as text.</summary>
    internal string ShapeText => Text(Shape);

    private string RecordedText => Text(RecordedShape);

    /// <summary>The shape of an input that comes without it, of which one size at most is open.</summary>
    /// <param name="count">How many elements it has.</param>
    /// <param name="shape">Receives the sizes.</param>
    /// <exception cref="ArgumentException">There is no such shape.</exception>
    internal void FindShape(int count, Span<int> shape)
    {
        long known = 1;
        int open = -1;
        for (int d = 0; d < shape.Length; d++)
        {
            shape[d] = RecordedShape[d];
            if (shape[d] >= 0)
            {
                known *= shape[d];
            }
            else if (open < 0)
            {
                open = d;
            }
            else
            {
                throw new ArgumentException(
                    $"Several sizes of the input {this} are open: they do not follow from its {count} elements. Give "
                        + "the shape, too.");
            }
        }
        if (open < 0 ? known != count : known == 0 || count % known != 0)
        {
            throw new ArgumentException(
                $"The input '{Name}' has {count} elements; expected {(open < 0 ? "" : "a multiple of ")}{known}, "
                    + $"for shape {RecordedText}"
                    + (ShapeText == RecordedText ? "." : "; for others give the shape, in a ProgramCall."));
        }
        if (open >= 0)
            shape[open] = (int)(count / known);
    }

    private static string Text(IReadOnlyList<int> shape) =>
        $"[{string.Join(", ", shape.Select(static s => s < 0 ? "any" : $"{s}"))}]";
}
