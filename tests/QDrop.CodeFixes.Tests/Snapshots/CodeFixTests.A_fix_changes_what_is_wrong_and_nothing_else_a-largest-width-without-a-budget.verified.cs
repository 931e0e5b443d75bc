// QDROP037: Remove what has no effect
[Quantize(W = 4)]