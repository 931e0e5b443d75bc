// QDROP006: Remove what contradicts
// QDROP006: Remove what contradicts
[Quantize()]