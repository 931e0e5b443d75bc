namespace QDrop.Safetensors;

/// <summary>Shapes in messages.</summary>
internal static class ShapeText
{
    /// <summary><c>[64, 3, 3, 3]</c>.</summary>
    internal static string Describe(IEnumerable<long> shape) => "[" + string.Join(", ", shape) + "]";
}
