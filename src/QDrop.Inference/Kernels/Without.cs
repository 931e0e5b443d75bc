namespace QDrop.Kernels;

/// <summary>Without something.</summary>
internal readonly struct Without : IChoice
{
    /// <inheritdoc/>
    public static bool IsMade => false;
}
