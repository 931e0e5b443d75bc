// QDROP006: Change to Samples = 1
// QDROP006: Change to Iterations = 1
// QDROP005: Change to Drop = 1
// QDROP004: Change to FirstLast = 2
// QDROP004: Change to A = 2
// QDROP004: Change to W = 8
[Quantize(W = 8, A = 2, FirstLast = 2, Drop = 1, Iterations = 1, Samples = 1)]