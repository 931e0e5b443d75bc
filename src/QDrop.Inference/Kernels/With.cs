namespace QDrop.Kernels;

/// <summary>With something.</summary>
internal readonly struct With : IChoice
{
    /// <inheritdoc/>
    public static bool IsMade => true;
}
