namespace TorchSharp;

/// <summary>Sizes per spatial dimension, from the forms in which TorchSharp takes them.</summary>
internal static class Sizes
{
    public static long[] Same(long size, int dimensions)
    {
        long[] sizes = new long[dimensions];
        Array.Fill(sizes, size);
        return sizes;
    }

    public static long[]? Same(long? size, int dimensions) => size is { } value ? Same(value, dimensions) : null;

    public static long[] Of((long, long) size) => [size.Item1, size.Item2];

    public static long[]? Of((long, long)? size) => size is { } value ? Of(value) : null;

    public static long[] Of((long, long, long) size) => [size.Item1, size.Item2, size.Item3];

    public static long[]? Of((long, long, long)? size) => size is { } value ? Of(value) : null;
}
