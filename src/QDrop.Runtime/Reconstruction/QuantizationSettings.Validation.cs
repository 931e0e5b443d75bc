namespace QDrop;

public sealed partial record QuantizationSettings
{
    /// <summary>Checks every value.</summary>
    /// <returns>These settings.</returns>
    /// <exception cref="QDropException">A value is out of its range; the message says which, what was found and what is allowed.</exception>
    public QuantizationSettings Validated()
    {
        Check(W is >= 2 and <= 8, "QDROP201", nameof(W), W, "a bit width from 2 to 8");
        Check(A is >= 2 and <= 8, "QDROP201", nameof(A), A, "a bit width from 2 to 8");
        Check(FirstLast is >= 2 and <= 8, "QDROP201", nameof(FirstLast), FirstLast, "a bit width from 2 to 8");
        Check(Drop is >= 0 and <= 1, "QDROP202", nameof(Drop), Drop, "a probability from 0 to 1");
        Defined(Method, nameof(Method));
        Check(Iterations >= 1, "QDROP203", nameof(Iterations), Iterations, "at least 1");
        Check(BatchSize >= 1, "QDROP203", nameof(BatchSize), BatchSize, "at least 1");
        Check(Samples >= 1, "QDROP203", nameof(Samples), Samples, "at least 1");
        Check(RangeSamples >= 1, "QDROP203", nameof(RangeSamples), RangeSamples, "at least 1");
        Check(Lambda >= 0 && double.IsFinite(Lambda), "QDROP203", nameof(Lambda), Lambda, "0 or more");
        Check(WarmUp is >= 0 and <= 1, "QDROP203", nameof(WarmUp), WarmUp, "a share from 0 to 1");
        Check(BetaEnd > 0 && BetaStart >= BetaEnd && double.IsFinite(BetaStart), "QDROP203", nameof(BetaStart), BetaStart, $"at least BetaEnd ({BetaEnd}), which must be above 0");
        Check(LearningRate > 0 && double.IsFinite(LearningRate), "QDROP203", nameof(LearningRate), LearningRate, "above 0");
        Check(ActivationLearningRate >= 0 && double.IsFinite(ActivationLearningRate), "QDROP203", nameof(ActivationLearningRate), ActivationLearningRate, "0 or more");
        Defined(WeightObserver, nameof(WeightObserver));
        Defined(ActivationObserver, nameof(ActivationObserver));
        Check(Percentile is > 50 and <= 100, "QDROP203", nameof(Percentile), Percentile, "a share in percent above 50 and at most 100, such as 99.9");
        Defined(ActivationLearning, nameof(ActivationLearning));
        Check(ActivationLearning != ActivationLearning.LsqPlus || !SymmetricActivations, "QDROP203", nameof(ActivationLearning), ActivationLearning,
            "Lsq or Fixed together with SymmetricActivations = true, whose zero point stays in the middle; LsqPlus would learn it");
        Defined(Granularity, nameof(Granularity));
        Defined(Loss, nameof(Loss));
        Defined(Order, nameof(Order));
        CheckBudget();
        return this;

        void CheckBudget()
        {
            if (Budget?.Fault is { } fault)
                throw new QDropException("QDROP285", $"Budget = \"{Budget}\" cannot be used: {fault}.");
            if (MaxW is not { } most)
                return;
            Check(most is >= 2 and <= 8, "QDROP201", nameof(MaxW), most, "a bit width from 2 to 8");
            Check(Budget is not null, "QDROP287", nameof(MaxW), most, "a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget every layer has W");
            Check(most >= W, "QDROP287", nameof(MaxW), most, $"at least W, which is {W}: the budget chooses widths from W to MaxW");
        }

        static void Defined<T>(T value, string name) where T : struct, Enum =>
            Check(Enum.IsDefined(value), "QDROP203", name, value, "one of " + string.Join(", ", Enum.GetNames<T>()));

        static void Check(bool valid, string code, string name, object found, string expected)
        {
            if (!valid)
                throw new QDropException(code, FormattableString.Invariant($"{name} = {found} cannot be used: expected {expected}."));
        }
    }
}
