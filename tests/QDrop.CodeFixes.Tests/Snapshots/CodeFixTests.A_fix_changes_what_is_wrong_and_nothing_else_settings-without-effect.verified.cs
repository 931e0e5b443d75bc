// QDROP016: Remove what has no effect
// QDROP016: Remove what has no effect
[Quantize(Method = Method.Nearest)]