// QDROP006: Remove what contradicts
// QDROP006: Remove what contradicts
// QDROP006: Remove what contradicts
// QDROP006: Remove what contradicts
[Quantize(W = 4, A = 4)]