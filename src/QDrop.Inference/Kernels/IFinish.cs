namespace QDrop.Kernels;

/// <summary>What becomes of the sums of a tile that are in registers.</summary>
/// <typeparam name="TVector">A vector of 16 int32.</typeparam>
internal unsafe interface IFinish<TVector>
    where TVector : struct
{
    /// <summary>Stores them, or what becomes of them.</summary>
    /// <param name="s0">Sums of the first pixel.</param>
    /// <param name="s1">Sums of the second pixel.</param>
    /// <param name="s2">Sums of the third pixel.</param>
    /// <param name="s3">Sums of the fourth pixel.</param>
    /// <param name="s4">Sums of the fifth pixel.</param>
    /// <param name="s5">Sums of the sixth pixel.</param>
    /// <param name="s6">Sums of the seventh pixel.</param>
    /// <param name="s7">Sums of the eighth pixel.</param>
    /// <param name="sums">Space for sums as [pixel, channel].</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="channel">Index of the first channel.</param>
    static abstract void Finish(
        TVector s0,
        TVector s1,
        TVector s2,
        TVector s3,
        TVector s4,
        TVector s5,
        TVector s6,
        TVector s7,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel);
}
