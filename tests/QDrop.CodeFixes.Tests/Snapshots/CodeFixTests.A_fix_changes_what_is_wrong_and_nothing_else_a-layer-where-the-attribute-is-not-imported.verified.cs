// QDROP009: Mark [FullPrecision]: leave the layer float
    [global::QDrop.FullPrecision] private readonly LSTM lstm = nn.LSTM(4, 4);