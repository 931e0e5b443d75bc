namespace QDrop;

/// <content>What settings mean that are given together, or not at all.</content>
public sealed partial record QuantizationSettings
{
    /// <summary>Gets <see cref="MaxW"/>, or what stands for it.</summary>
    internal int LargestW => MaxW ?? 8;

    /// <summary>Gets how exponents are learned.</summary>
    internal ExponentSettings ExponentsOrDefault => Exponents ?? new();

    /// <summary>
    /// Gets whether something is learned of the grids of activations that quantize while learning. Fixed powers of two
    /// stay.
    /// </summary>
    internal bool LearnsActivations =>
        ActivationLearning != ActivationLearning.Fixed && Scale != Scale.NearestPowerOfTwo;

    /// <summary>Gets the power of errors in the loss, or <see cref="QDrop.Norm.Auto"/>.</summary>
    internal double NormOrDefault => Norm ?? 2;

    /// <summary>Gets whether the method trains the model as a whole.</summary>
    internal bool Trains => Method.Traits.NeedsLabels;
}
