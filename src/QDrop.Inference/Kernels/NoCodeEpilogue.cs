namespace QDrop.Kernels;

/// <summary>No faster way.</summary>
internal readonly unsafe struct NoCodeEpilogue : ICodeEpilogue
{
    /// <inheritdoc/>
    public static bool IsThere => false;

    /// <inheritdoc/>
    public static void Apply<TResidual, TZero>(int* sums, ref EpilogueAddresses epilogue, int pixel, int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice => throw new NotSupportedException();
}
