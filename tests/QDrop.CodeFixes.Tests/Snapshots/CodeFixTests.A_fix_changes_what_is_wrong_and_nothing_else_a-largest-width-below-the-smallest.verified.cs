// QDROP037: Change to MaxW = 8
[Quantize(W = 4, MaxW = 8, Budget = "6 bits")]