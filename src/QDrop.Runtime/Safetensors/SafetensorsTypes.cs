using static TorchSharp.torch;

namespace QDrop.Safetensors;

/// <summary>The element types of safetensors files, which libtorch has too, as libtorch calls them.</summary>
internal static class SafetensorsTypes
{
    private static readonly (ElementType Stored, ScalarType Type)[] Table =
    [
        (ElementType.Float64, ScalarType.Float64),
        (ElementType.Float32, ScalarType.Float32),
        (ElementType.Float16, ScalarType.Float16),
        (ElementType.BFloat16, ScalarType.BFloat16),
        (ElementType.Int64, ScalarType.Int64),
        (ElementType.Int32, ScalarType.Int32),
        (ElementType.Int16, ScalarType.Int16),
        (ElementType.Int8, ScalarType.Int8),
        (ElementType.Byte, ScalarType.Byte),
        (ElementType.Bool, ScalarType.Bool),
    ];

    internal static bool Supports(ScalarType type) => Array.Exists(Table, t => t.Type == type);

    internal static string NameOf(ScalarType type) => Stored(type).Name();

    internal static int SizeOf(ScalarType type) => Stored(type).Size();

    internal static bool IsFloat(ScalarType type) =>
        type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>The type in memory of what is stored.</summary>
    internal static ScalarType InMemory(ElementType type) => Table[(int)type].Type;

    /// <summary>The type in which tensors are stored.</summary>
    /// <exception cref="ArgumentException">Such tensors cannot be stored.</exception>
    internal static ElementType Stored(ScalarType type)
    {
        int index = Array.FindIndex(Table, t => t.Type == type);
        return index >= 0
            ? Table[index].Stored
            : throw new ArgumentException(
                $"Tensors of type {type} cannot be stored; supported are "
                    + $"{string.Join(", ", Table.Select(static t => t.Type))}.");
    }
}
