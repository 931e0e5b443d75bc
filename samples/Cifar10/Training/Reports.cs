namespace Cifar10.Training;

/// <summary>Where an epoch stands.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean loss so far.</param>
/// <param name="Accuracy">Top-1 accuracy on the augmented images so far, in per cent.</param>
internal readonly record struct StepReport(int Step, double Loss, double Accuracy);

/// <summary>What came of an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="Accuracy">Top-1 accuracy on the augmented training images, in per cent.</param>
/// <param name="Test">Top-1 accuracy on the test images, in per cent.</param>
/// <param name="Seconds">How long it took, with evaluation.</param>
internal sealed record EpochReport(int Epoch, double Loss, double Accuracy, double Test, double Seconds);

/// <summary>The loss is no longer a number.</summary>
/// <param name="message">Where, and what to do.</param>
internal sealed class TrainingDivergedException(string message) : Exception(message);
