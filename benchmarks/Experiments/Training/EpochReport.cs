namespace Experiments.Training;

/// <summary>The state of an epoch after a step.</summary>
/// <param name="Step">Finished steps.</param>
/// <param name="Loss">Mean loss so far.</param>
/// <param name="Accuracy">Top-1 accuracy on the augmented images so far, in percent.</param>
internal readonly record struct StepReport(int Step, double Loss, double Accuracy);

/// <summary>The result of an epoch.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="Accuracy">Top-1 accuracy on the augmented training images, in percent.</param>
/// <param name="Test">Top-1 accuracy on the test images, in percent.</param>
/// <param name="Seconds">Duration in seconds, evaluation included.</param>
internal sealed record EpochReport(int Epoch, double Loss, double Accuracy, double Test, double Seconds);

/// <summary>The loss is no longer a number.</summary>
/// <param name="message">The place, and what to do.</param>
internal sealed class TrainingDivergedException(string message) : Exception(message);
