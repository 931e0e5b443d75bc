namespace QDrop.Kernels;

/// <summary>Computes the sums of a tile.</summary>
internal unsafe interface ITileKernel
{
    /// <summary>Computes 8 pixels and 16 channels.</summary>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="runs">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights of the tile's channels.</param>
    /// <param name="sums">Receives the sums as [pixel, channel].</param>
    static abstract void Compute(byte** pixels, KernelRun* runs, KernelRun* runEnd, byte* weights, int* sums);

    /// <summary>Whether there are <see cref="ComputeCodes"/> and <see cref="ComputeFloats"/>.</summary>
    static virtual bool HasCodes => false;

    /// <summary>Computes 8 pixels and 16 channels, and codes from their sums without storing them.</summary>
    /// <typeparam name="TResidual">Whether there is a residual.</typeparam>
    /// <typeparam name="TZero">Whether any offset, zero point or least code is not 0.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="runs">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights of the tile's channels.</param>
    /// <param name="sums">Space for sums as [pixel, channel].</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="channel">Index of the first channel.</param>
    static virtual void ComputeCodes<TResidual, TZero>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TResidual : struct, IChoice
        where TZero : struct, IChoice => throw new NotSupportedException();

    /// <summary>Computes 8 pixels and 16 channels, and float32 from their sums without storing them.</summary>
    /// <typeparam name="TResidual">Whether there is a residual.</typeparam>
    /// <param name="pixels">Addresses of the tile's pixels.</param>
    /// <param name="runs">The runs, relative to a pixel.</param>
    /// <param name="runEnd">End of the runs.</param>
    /// <param name="weights">Weights of the tile's channels.</param>
    /// <param name="sums">Space for sums as [pixel, channel].</param>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="pixel">Index of the first pixel.</param>
    /// <param name="channel">Index of the first channel.</param>
    static virtual void ComputeFloats<TResidual>(
        byte** pixels,
        KernelRun* runs,
        KernelRun* runEnd,
        byte* weights,
        int* sums,
        ref EpilogueAddresses epilogue,
        int pixel,
        int channel)
        where TResidual : struct, IChoice => throw new NotSupportedException();
}
