namespace QDrop.Safetensors;

/// <summary>The element types of safetensors files that QDrop reads and writes.</summary>
internal enum ElementType
{
    /// <summary>Floating point of 64 bits.</summary>
    Float64,

    /// <summary>Floating point of 32 bits.</summary>
    Float32,

    /// <summary>Floating point of 16 bits, as IEEE 754 has it.</summary>
    Float16,

    /// <summary>Floating point of 16 bits with the exponents of float32.</summary>
    BFloat16,

    /// <summary>Whole numbers of 64 bits.</summary>
    Int64,

    /// <summary>Whole numbers of 32 bits.</summary>
    Int32,

    /// <summary>Whole numbers of 16 bits.</summary>
    Int16,

    /// <summary>Whole numbers of 8 bits.</summary>
    Int8,

    /// <summary>Whole numbers of 8 bits without a sign.</summary>
    Byte,

    /// <summary>Truth values, a byte each.</summary>
    Bool,
}

/// <summary>What safetensors says of its element types.</summary>
internal static class ElementTypes
{
    private static readonly (string Name, int Size)[] Table =
    [
        ("F64", 8),
        ("F32", 4),
        ("F16", 2),
        ("BF16", 2),
        ("I64", 8),
        ("I32", 4),
        ("I16", 2),
        ("I8", 1),
        ("U8", 1),
        ("BOOL", 1),
    ];

    /// <summary>The names in headers.</summary>
    public static IEnumerable<string> Names => Table.Select(static t => t.Name);

    /// <summary>The type of a name; <see langword="null"/> if there is none.</summary>
    public static ElementType? Find(string name)
    {
        int index = Array.FindIndex(Table, t => t.Name == name);
        return index < 0 ? null : (ElementType)index;
    }

    /// <summary>The name in headers.</summary>
    public static string Name(this ElementType type) => Table[(int)type].Name;

    /// <summary>Bytes of an element.</summary>
    public static int Size(this ElementType type) => Table[(int)type].Size;
}
