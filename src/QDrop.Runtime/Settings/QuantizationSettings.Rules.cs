namespace QDrop;

/// <content>Which values can be used: each in its range, and those that depend on each other.</content>
public sealed partial record QuantizationSettings
{
    /// <summary>Checks every value.</summary>
    /// <returns>These settings.</returns>
    /// <exception cref="QDropException">
    /// A value is out of its range, or contradicts another; the message says which, what was found and what is allowed.
    /// </exception>
    public QuantizationSettings Validated()
    {
        foreach (Setting setting in SettingsTable.All)
            setting.Check(this);
        CheckBudget();
        CheckReconstruction();
        CheckTraining();
        CheckScale();
        return this;
    }

    private void CheckBudget()
    {
        if (Budget?.Fault is { } fault)
            throw new QDropException(Codes.Budget, $"Budget = \"{Budget}\" cannot be used: {fault}.");
        if (MaxW is not { } max)
            return;
        Require(Budget is not null, nameof(MaxW), max,
            "a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget every layer has W", Codes.MaxW);
        Require(max >= W, nameof(MaxW), max,
            $"at least W, which is {W}: the budget chooses widths from W to MaxW", Codes.MaxW);
    }

    private void CheckReconstruction()
    {
        Require(BetaStart >= BetaEnd, nameof(BetaStart), BetaStart,
            FormattableString.Invariant($"at least BetaEnd, which is {BetaEnd}"));
        Require(
            ActivationLearning != ActivationLearning.LsqPlus || !SymmetricActivations,
            nameof(ActivationLearning), ActivationLearning,
            "Lsq or Fixed together with SymmetricActivations = true, whose zero point stays in the middle; LsqPlus "
                + "would learn it");
        if (Loss == LossKind.Fisher && NormOrDefault != 2)
        {
            string norm = Norm == QDrop.Norm.Auto ? nameof(QDrop.Norm.Auto) : FormattableString.Invariant($"{Norm}");
            throw new QDropException(
                Codes.NormOfFisher,
                $"Norm = {norm} cannot be used together with Loss = Fisher, which weights squared errors. "
                    + "Expected no Norm, Norm = 2, or Loss = MeanSquared.");
        }
    }

    private void CheckTraining()
    {
        Require(!Trains || !ActivationsPerChannel, nameof(ActivationsPerChannel), ActivationsPerChannel,
            $"false together with Method = {Method}, which learns one grid for an activation");
        Require(!Trains || Budget is null, nameof(Budget), Budget ?? (object)"none",
            $"none together with Method = {Method}, which learns bit widths by BitPenalty");
        Require(!Trains || Scale == Scale.Free, nameof(Scale), Scale,
            $"Free together with Method = {Method}, whose scales take in the batch norms' factors in the end");
        if (Training is not { } training)
            return;
        Require(training.DropBits == 0 || training.BitPenalty == 0, nameof(training.DropBits), training.DropBits,
            "0 together with a BitPenalty: learned bit widths drop levels themselves");
        bool drops = training.DropBits > 0;
        IEnumerable<Method> categorical = Enum.GetValues<Method>().Where(static m => m.Traits.HasCategoricalGrids);
        Require(
            Method.Traits.HasCategoricalGrids || (!drops && training.BitPenalty == 0),
            drops ? nameof(training.DropBits) : nameof(training.BitPenalty),
            drops ? training.DropBits : training.BitPenalty,
            $"0, or Method = {string.Join(" or ", categorical)}, which alone has levels that can be dropped");
    }

    private void CheckScale()
    {
        if (Scale != Scale.Free && ActivationLearning == ActivationLearning.LsqPlus)
        {
            throw new QDropException(
                Codes.LearnedOffset,
                $"Scale = {Scale} cannot be used together with ActivationLearning = LsqPlus: a learned offset does not "
                    + "stay a whole number of steps. Expected ActivationLearning = Lsq or Fixed, or Scale = Free.");
        }
        if (Exponents is not { } exponents)
            return;
        if (Scale != Scale.PowerOfTwo)
        {
            IEnumerable<string> names = SettingsTable
                .All.Where(static s => s.Part == nameof(Exponents))
                .Select(static s => s.Name);
            throw new QDropException(
                Codes.Setting,
                $"Exponents cannot be used together with Scale = {Scale}, which learns none. Expected no Exponents "
                    + $"({string.Join(", ", names)}), or Scale = PowerOfTwo.");
        }
        Require(
            exponents.Share + exponents.ActivationShare <= 1,
            nameof(QuantizeAttribute.ExponentActivationShare), exponents.ActivationShare,
            FormattableString.Invariant($"a share from 0 to {1 - exponents.Share}, which ExponentShare leaves"));
    }

    private static void Require(bool valid, string name, object found, string expected, string code = Codes.Setting)
    {
        if (!valid)
            throw Setting.Unusable(code, name, FormattableString.Invariant($"{found}"), expected);
    }
}
