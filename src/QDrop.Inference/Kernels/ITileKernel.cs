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
}
