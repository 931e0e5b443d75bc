namespace QDrop;

/// <content>What the choice of steps means for other settings.</content>
public sealed partial record QuantizationSettings
{
    /// <summary>How exponents are learned.</summary>
    internal ExponentSettings ExponentsOrDefault => Exponents ?? new();

    /// <summary>Whether something is learned of the grids of activations that quantize while learning. Fixed powers of two stay.</summary>
    internal bool LearnsActivations => ActivationLearning != ActivationLearning.Fixed && Scale != Scale.NearestPowerOfTwo;

    /// <summary>The power of errors in the loss, or <see cref="QDrop.Norm.Auto"/>.</summary>
    internal double NormOrDefault => Norm ?? 2;

    private void ValidateScale()
    {
        if (!Enum.IsDefined(Scale))
            throw new QDropException(Codes.Setting, $"Scale = {Scale} cannot be used: expected one of {string.Join(", ", Enum.GetNames<Scale>())}.");
        if (Scale != Scale.Free && ActivationLearning == ActivationLearning.LsqPlus)
        {
            throw new QDropException(Codes.LearnedOffset, $"Scale = {Scale} cannot be used together with ActivationLearning = LsqPlus: a learned offset does not stay a whole number of steps. "
                + "Expected ActivationLearning = Lsq or Fixed, or Scale = Free.");
        }
        if (Scale != Scale.Free && Method is (Method.Cpq or Method.Lsq))
            throw new QDropException(Codes.Setting, $"Scale = {Scale} cannot be used: expected Free together with Method = {Method}, whose scales take in the batch norms' factors in the end.");
        if (Norm is not (null or QDrop.Norm.Auto or (>= 1 and <= 4)))
            throw new QDropException(Codes.Setting, FormattableString.Invariant($"Norm = {Norm} cannot be used: expected a power from 1 to 4, or Auto."));
        if (Loss == LossKind.Fisher && NormOrDefault != 2)
        {
            throw new QDropException(Codes.NormOfFisher, FormattableString.Invariant(
                $"Norm = {(Norm == QDrop.Norm.Auto ? "Auto" : Norm)} cannot be used together with Loss = Fisher, which weights squared errors. Expected no Norm, Norm = 2, or Loss = MeanSquared."));
        }
        if (Exponents is not null && Scale != Scale.PowerOfTwo)
            throw new QDropException(Codes.Setting, $"Exponents cannot be used together with Scale = {Scale}, which learns none. Expected no Exponents, or Scale = PowerOfTwo.");
        ExponentSettings exponents = ExponentsOrDefault;
        Check(exponents.Share is > 0 and < 1, nameof(exponents.Share), exponents.Share, "a share above 0 and below 1");
        Check(exponents.Reach > 0 && double.IsFinite(exponents.Reach), nameof(exponents.Reach), exponents.Reach, "above 0");
        Check(exponents.Weight >= 0 && double.IsFinite(exponents.Weight), nameof(exponents.Weight), exponents.Weight, "0 or more");
        Check(exponents.RoundingWeight >= 0 && double.IsFinite(exponents.RoundingWeight), nameof(exponents.RoundingWeight), exponents.RoundingWeight, "0 or more");
        Check(exponents.ActivationShare >= 0 && exponents.Share + exponents.ActivationShare <= 1, nameof(exponents.ActivationShare), exponents.ActivationShare, FormattableString.Invariant($"a share from 0 to {1 - exponents.Share}, which Share leaves"));
        Check(exponents.ActivationLearningRate >= 0 && double.IsFinite(exponents.ActivationLearningRate), nameof(exponents.ActivationLearningRate), exponents.ActivationLearningRate, "0 or more");

        static void Check(bool valid, string name, double found, string expected)
        {
            if (!valid)
                throw new QDropException(Codes.Setting, FormattableString.Invariant($"Exponents.{name} = {found} cannot be used: expected {expected}."));
        }
    }
}
