namespace QDrop.Kernels;

/// <summary>With something that is float32.</summary>
internal readonly struct WithFloats : IChoice
{
    /// <inheritdoc/>
    public static bool IsMade => true;

    /// <inheritdoc/>
    public static bool IsFloat => true;
}
