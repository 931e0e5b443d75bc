// QDROP016: Remove what has no effect
[Quantize(W = 2)]