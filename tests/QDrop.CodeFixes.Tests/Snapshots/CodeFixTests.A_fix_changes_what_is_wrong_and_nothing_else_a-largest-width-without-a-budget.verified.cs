// QDROP037: Remove what contradicts
[Quantize(W = 4)]