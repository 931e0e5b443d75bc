// QDROP009: Mark [FullPrecision]: leave the layer float
// QDROP009: Mark [FullPrecision]: leave the layer float
// QDROP009: Mark [FullPrecision]: leave the layer float
    [FullPrecision] private readonly LSTM lstm = LSTM(4, 4);
    [FullPrecision] [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
    [FullPrecision] private readonly Bilinear? pair = Bilinear(4, 4, 4);