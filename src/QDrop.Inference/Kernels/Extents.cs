namespace QDrop.Kernels;

/// <summary>
/// Three sizes, offsets or steps, one for each spatial dimension. What has fewer dimensions has 1 there, or no offset.
/// </summary>
/// <param name="Depth">The first dimension.</param>
/// <param name="Height">The second dimension.</param>
/// <param name="Width">The third dimension, along which pixels lie side by side.</param>
internal readonly record struct Extents(int Depth, int Height, int Width)
{
    /// <summary>1 in each dimension.</summary>
    public static Extents One => new(1, 1, 1);

    /// <summary>0 in each dimension.</summary>
    public static Extents Zero => default;

    /// <summary>Product of the three.</summary>
    public int Volume => checked(Depth * Height * Width);
}
