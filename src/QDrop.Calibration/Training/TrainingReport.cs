namespace QDrop.Calibration;

/// <summary>How training went.</summary>
/// <param name="Epochs">What came of each epoch.</param>
/// <param name="Collapsed">
/// Names of the layers and activations whose learned bit widths fell to 2, the least there is.
/// </param>
public sealed record TrainingReport(IReadOnlyList<EpochReport> Epochs, IReadOnlyList<string> Collapsed)
{
    /// <summary>
    /// What a step changes otherwise with another number of threads, as a trial on a batch has shown: parameters,
    /// statistics, and the grids of layers and activations (<c>name grid</c>). With another number the training has
    /// another result.
    /// </summary>
    public IReadOnlyList<string> ThreadDependent { get; init; } = [];
}

/// <summary>What came of an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean loss, without the penalty of bits.</param>
/// <param name="Accuracy">
/// Share of the training samples, augmented, whose class was the most likely one, from 0 to 1; <see langword="null"/>
/// with a loss of the user's own.
/// </param>
/// <param name="Seconds">Time taken.</param>
/// <param name="WeightBits">Mean bits of a weight at the end of the epoch.</param>
/// <param name="ActivationBits">
/// Mean bits of the grids of activations at the end of the epoch, each counted once; <see langword="null"/> without
/// any.
/// </param>
public sealed record EpochReport(
    int Epoch, double Loss, double? Accuracy, double Seconds, double WeightBits, double? ActivationBits);
