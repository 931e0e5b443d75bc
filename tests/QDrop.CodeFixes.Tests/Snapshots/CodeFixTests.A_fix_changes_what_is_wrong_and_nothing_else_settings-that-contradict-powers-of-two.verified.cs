// QDROP034: Remove what contradicts
// QDROP033: Remove what contradicts
[Quantize(Scale = Scale.PowerOfTwo, Loss = LossKind.Fisher)]