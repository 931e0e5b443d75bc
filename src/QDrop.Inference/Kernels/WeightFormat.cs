namespace QDrop.Kernels;

/// <summary>How weights lie in memory.</summary>
internal enum WeightFormat
{
    /// <summary>Bytes with a sign, 4 for each channel side by side.</summary>
    Bytes,

    /// <summary>Words of 16 bits with a sign, 2 for each channel side by side.</summary>
    Words,

    /// <summary>Indices of 4 bits, of two weights of 2 bits each.</summary>
    Tables,

    /// <summary>Of a depthwise convolution: one of 32 bits for each channel.</summary>
    Depthwise,

    /// <summary>Of a depthwise convolution whose sums fit into 16 bits: one of 16 bits for each channel.</summary>
    NarrowDepthwise,
}
