namespace QDrop.Kernels;

/// <summary>Values that lie side by side in the input and are multiplied one after the other.</summary>
/// <param name="Start">Where they begin, in bytes from the address of the pixel.</param>
/// <param name="End">Where they end, in bytes from the address of the pixel.</param>
/// <param name="Flush">What happens to narrow sums behind them.</param>
internal readonly record struct KernelRun(nint Start, nint End, KernelFlush Flush);
