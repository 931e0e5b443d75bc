// QDROP009: Mark [FullPrecision]: leave the layer float
// QDROP009: Mark [FullPrecision]: leave the layer float
// QDROP009: Mark [FullPrecision]: leave the layer float
    [FullPrecision] private readonly Bilinear both = Bilinear(4, 4, 4);
    [FullPrecision] [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
    [FullPrecision] private readonly Bilinear? pair = Bilinear(4, 4, 4);