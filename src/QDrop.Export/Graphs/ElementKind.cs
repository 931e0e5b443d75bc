namespace QDrop.Graphs;

/// <summary>Types of elements, with the numbers of <c>TensorProto.DataType</c>.</summary>
internal enum ElementKind
{
    /// <summary>Floating point of 32 bits.</summary>
    Float32 = 1,

    /// <summary>8 bits without a sign.</summary>
    UInt8 = 2,

    /// <summary>8 bits with a sign.</summary>
    Int8 = 3,

    /// <summary>32 bits with a sign.</summary>
    Int32 = 6,

    /// <summary>64 bits with a sign.</summary>
    Int64 = 7,

    /// <summary>Truth values.</summary>
    Bool = 9,

    /// <summary>4 bits without a sign, two in a byte.</summary>
    UInt4 = 21,

    /// <summary>2 bits without a sign, four in a byte.</summary>
    UInt2 = 25,
}
