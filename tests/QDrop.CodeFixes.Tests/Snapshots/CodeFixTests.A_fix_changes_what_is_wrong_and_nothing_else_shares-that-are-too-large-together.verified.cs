// QDROP006: Change to ExponentActivationShare = 0.2
[Quantize(Scale = Scale.PowerOfTwo, ExponentShare = 0.8, ExponentActivationShare = 0.2)]