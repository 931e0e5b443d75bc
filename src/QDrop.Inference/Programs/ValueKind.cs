namespace QDrop.Programs;

/// <summary>What the elements of a value are.</summary>
internal enum ValueKind
{
    /// <summary>Floating point of 32 bits.</summary>
    Float32,

    /// <summary>Whole numbers of 64 bits: indices and counts.</summary>
    Int64,

    /// <summary>Truth values, a byte each.</summary>
    Bool,

    /// <summary>Levels of a grid of at most 8 bits, a byte each. No file has values of this kind.</summary>
    Codes,
}

/// <summary>The kind and the shape of a value.</summary>
/// <param name="Kind">What its elements are.</param>
/// <param name="Shape">Its sizes; empty for a single number.</param>
internal readonly record struct ValueInfo(ValueKind Kind, int[] Shape)
{
    /// <summary>The greatest number of elements of a value.</summary>
    public const int MostElements = int.MaxValue / 16;

    /// <summary>Gets the number of elements.</summary>
    public int Count => CountOf(Shape);

    /// <summary>Gets the number of dimensions.</summary>
    public int Rank => Shape.Length;

    /// <summary>Gets the bytes of an element.</summary>
    public int ElementSize => Kind switch
    {
        ValueKind.Float32 => sizeof(float),
        ValueKind.Int64 => sizeof(long),
        _ => sizeof(byte),
    };

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="InvalidProgramGraphException">It is negative somewhere, or too large.</exception>
    public static int CountOf(ReadOnlySpan<int> shape)
    {
        long count = 1;
        bool isEmpty = false;
        foreach (int size in shape)
        {
            if (size < 0)
                throw new InvalidProgramGraphException($"a shape has the size {size}.");
            isEmpty |= size == 0;
            count *= Math.Max(size, 1);
            if (count > MostElements)
                throw new InvalidProgramGraphException($"a value would have more than {MostElements} elements.");
        }
        return isEmpty ? 0 : (int)count;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} [{string.Join(", ", Shape)}]";
}

/// <summary>What is wrong with a program, as a sentence that starts in lower case.</summary>
/// <param name="found">What was found and what was expected.</param>
internal sealed class InvalidProgramGraphException(string found) : Exception(found);
