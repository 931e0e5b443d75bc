using static TorchSharp.torch;

namespace QDrop.Safetensors;

/// <summary>The element types of safetensors files that libtorch has too.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Table =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    internal static IEnumerable<string> Names => Table.Select(static t => t.Name);

    internal static ScalarType? Find(string name)
    {
        foreach ((string Name, ScalarType Type, int Size) entry in Table)
        {
            if (entry.Name == name)
                return entry.Type;
        }

        return null;
    }

    internal static bool Supports(ScalarType type) => Table.Any(t => t.Type == type);

    internal static string NameOf(ScalarType type) => Entry(type).Name;

    internal static int SizeOf(ScalarType type) => Entry(type).Size;

    internal static bool IsFloat(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static (string Name, ScalarType Type, int Size) Entry(ScalarType type)
    {
        foreach ((string Name, ScalarType Type, int Size) entry in Table)
        {
            if (entry.Type == type)
                return entry;
        }

        throw new ArgumentException(
            $"Tensors of type {type} cannot be stored; supported are "
                + $"{string.Join(", ", Table.Select(static t => t.Type))}.");
    }
}
