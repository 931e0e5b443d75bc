// QDROP005: Change to Drop = 0
[Quantize(Drop = 0)]