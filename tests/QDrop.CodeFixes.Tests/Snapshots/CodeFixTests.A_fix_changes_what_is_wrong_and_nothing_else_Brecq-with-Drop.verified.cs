// QDROP006: Change to Drop = 1
[Quantize(Method = Method.Brecq, Drop = 1)]