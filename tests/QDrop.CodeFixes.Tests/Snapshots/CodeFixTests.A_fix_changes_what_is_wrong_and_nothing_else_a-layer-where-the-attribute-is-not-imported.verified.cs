// QDROP009: Mark [FullPrecision]: leave the layer float
    [global::QDrop.FullPrecision] private readonly Bilinear pair = nn.Bilinear(4, 4, 4);