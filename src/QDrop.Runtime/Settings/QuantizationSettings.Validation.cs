namespace QDrop;

public sealed partial record QuantizationSettings
{
    /// <summary>Checks every value.</summary>
    /// <returns>These settings.</returns>
    /// <exception cref="QDropException">A value is out of its range; the message says which, what was found and what is allowed.</exception>
    public QuantizationSettings Validated()
    {
        Check(W is >= 2 and <= 8, Codes.BitWidth, nameof(W), W, "a bit width from 2 to 8");
        Check(A is >= 2 and <= 8, Codes.BitWidth, nameof(A), A, "a bit width from 2 to 8");
        Check(FirstLast is >= 2 and <= 8, Codes.BitWidth, nameof(FirstLast), FirstLast, "a bit width from 2 to 8");
        Check(Drop is >= 0 and <= 1, Codes.Drop, nameof(Drop), Drop, "a probability from 0 to 1");
        Defined(Method, nameof(Method));
        Check(Iterations >= 1, Codes.Setting, nameof(Iterations), Iterations, "at least 1");
        Check(BatchSize >= 1, Codes.Setting, nameof(BatchSize), BatchSize, "at least 1");
        Check(Samples >= 1, Codes.Setting, nameof(Samples), Samples, "at least 1");
        Check(RangeSamples >= 1, Codes.Setting, nameof(RangeSamples), RangeSamples, "at least 1");
        Check(Lambda >= 0 && double.IsFinite(Lambda), Codes.Setting, nameof(Lambda), Lambda, "0 or more");
        Check(WarmUp is >= 0 and <= 1, Codes.Setting, nameof(WarmUp), WarmUp, "a share from 0 to 1");
        Check(BetaEnd > 0 && BetaStart >= BetaEnd && double.IsFinite(BetaStart), Codes.Setting, nameof(BetaStart), BetaStart, $"at least BetaEnd ({BetaEnd}), which must be above 0");
        Check(LearningRate > 0 && double.IsFinite(LearningRate), Codes.Setting, nameof(LearningRate), LearningRate, "above 0");
        Check(ActivationLearningRate >= 0 && double.IsFinite(ActivationLearningRate), Codes.Setting, nameof(ActivationLearningRate), ActivationLearningRate, "0 or more");
        Defined(WeightObserver, nameof(WeightObserver));
        Defined(ActivationObserver, nameof(ActivationObserver));
        Check(Percentile is > 50 and <= 100, Codes.Setting, nameof(Percentile), Percentile, "a share in percent above 50 and at most 100, such as 99.9");
        Defined(ActivationLearning, nameof(ActivationLearning));
        Check(ActivationLearning != ActivationLearning.LsqPlus || !SymmetricActivations, Codes.Setting, nameof(ActivationLearning), ActivationLearning,
            "Lsq or Fixed together with SymmetricActivations = true, whose zero point stays in the middle; LsqPlus would learn it");
        Defined(Granularity, nameof(Granularity));
        Defined(Loss, nameof(Loss));
        Defined(Order, nameof(Order));
        CheckBudget();
        ValidateTraining();
        ValidateScale();
        return this;
    }

    private void CheckBudget()
    {
        if (Budget?.Fault is { } fault)
            throw new QDropException(Codes.Budget, $"Budget = \"{Budget}\" cannot be used: {fault}.");
        if (MaxW is not { } most)
            return;
        Check(most is >= 2 and <= 8, Codes.BitWidth, nameof(MaxW), most, "a bit width from 2 to 8");
        Check(Budget is not null, Codes.MaxW, nameof(MaxW), most, "a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget every layer has W");
        Check(most >= W, Codes.MaxW, nameof(MaxW), most, $"at least W, which is {W}: the budget chooses widths from W to MaxW");
    }

    private void ValidateTraining()
    {
        Check(!ActivationsPerChannel || Method is not (Method.Cpq or Method.Lsq), Codes.Setting, nameof(ActivationsPerChannel), ActivationsPerChannel, $"false together with Method = {Method}, which learns one grid for an activation");
        Check(Budget is null || Method is not (Method.Cpq or Method.Lsq), Codes.Setting, nameof(Budget), Budget ?? (object)"none", $"none together with Method = {Method}, which learns bit widths by BitPenalty");
        if (Training is not { } training)
            return;
        Check(training.Epochs >= 1, Codes.Setting, nameof(training.Epochs), training.Epochs, "at least 1");
        Check(training.BatchSize >= 1, Codes.Setting, "Training.BatchSize", training.BatchSize, "at least 1");
        Defined(training.Optimizer, nameof(training.Optimizer));
        Check(training.LearningRate > 0 && double.IsFinite(training.LearningRate), Codes.Setting, "Training.LearningRate", training.LearningRate, "above 0");
        Check(training.Momentum is >= 0 and < 1, Codes.Setting, nameof(training.Momentum), training.Momentum, "from 0 to below 1");
        Check(training.WeightDecay >= 0 && double.IsFinite(training.WeightDecay), Codes.Setting, nameof(training.WeightDecay), training.WeightDecay, "0 or more");
        Check(training.AlphaLearningRate >= 0 && double.IsFinite(training.AlphaLearningRate), Codes.Setting, nameof(training.AlphaLearningRate), training.AlphaLearningRate, "0 or more");
        Check(training.SigmaLearningRate >= 0 && double.IsFinite(training.SigmaLearningRate), Codes.Setting, nameof(training.SigmaLearningRate), training.SigmaLearningRate, "0 or more");
        Check(training.StraightThrough >= 0 && double.IsFinite(training.StraightThrough), Codes.Setting, nameof(training.StraightThrough), training.StraightThrough, "0 or more");
        Check(training.ClusterGradient >= 0 && double.IsFinite(training.ClusterGradient), Codes.Setting, nameof(training.ClusterGradient), training.ClusterGradient, "0 or more");
        Check(training.ActivationClusterGradient >= 0 && double.IsFinite(training.ActivationClusterGradient), Codes.Setting, nameof(training.ActivationClusterGradient), training.ActivationClusterGradient, "0 or more");
        Check(training.DropBits is >= 0 and < 1, Codes.Setting, nameof(training.DropBits), training.DropBits, "a probability from 0 to below 1");
        Check(training.BitPenalty >= 0 && double.IsFinite(training.BitPenalty), Codes.Setting, nameof(training.BitPenalty), training.BitPenalty, "0 or more");
        Check(training.GateLearningRate >= 0 && double.IsFinite(training.GateLearningRate), Codes.Setting, nameof(training.GateLearningRate), training.GateLearningRate, "0 or more");
        Check(training.GateShare is > 0 and <= 1, Codes.Setting, nameof(training.GateShare), training.GateShare, "a share above 0 and at most 1");
        Check(training.DropBits == 0 || training.BitPenalty == 0, Codes.Setting, nameof(training.DropBits), training.DropBits,
            "0 together with a BitPenalty: learned bit widths drop levels themselves");
        Check(Method == Method.Cpq || training is { DropBits: 0, BitPenalty: 0 }, Codes.Setting, training.DropBits > 0 ? nameof(training.DropBits) : nameof(training.BitPenalty),
            training.DropBits > 0 ? training.DropBits : training.BitPenalty, $"0, or Method = {Method.Cpq}, which alone has levels that can be dropped");
    }

    private static void Defined<T>(T value, string name) where T : struct, Enum =>
        Check(Enum.IsDefined(value), Codes.Setting, name, value, "one of " + string.Join(", ", Enum.GetNames<T>()));

    private static void Check(bool valid, string code, string name, object found, string expected)
    {
        if (!valid)
            throw new QDropException(code, FormattableString.Invariant($"{name} = {found} cannot be used: expected {expected}."));
    }
}
