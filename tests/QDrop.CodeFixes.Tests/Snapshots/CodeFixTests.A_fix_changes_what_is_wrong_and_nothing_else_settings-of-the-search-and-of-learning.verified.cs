// QDROP006: Change to Percentile = 100
// QDROP006: Change to ActivationLearningRate = 0
// QDROP006: Change to BetaStart = 4.5
// QDROP006: Change to WarmUp = 1
// QDROP006: Change to Lambda = 0
// QDROP006: Change to RangeSamples = 1
// QDROP006: Change to BatchSize = 1
[Quantize(BatchSize = 1, RangeSamples = 1, Lambda = 0, WarmUp = 1, BetaStart = 4.5, BetaEnd = 4.5, ActivationLearningRate = 0, WeightObserver = RangeObserver.Percentile, Percentile = 100)]