using static TorchSharp.torch;

namespace QDrop.Calibration;

/// <summary>What a model is trained on: preprocessed inputs and what it should give for them.</summary>
/// <param name="Inputs">A tensor <c>[samples, …]</c> for each parameter of <c>forward</c>, as for calibration.</param>
/// <param name="Targets">
/// Classes, 0 to C − 1, as whole numbers, <c>[samples]</c>, for outputs <c>[samples, C]</c>; <c>[samples, d, …]</c> for
/// outputs <c>[samples, C, d, …]</c>. With a <see cref="Loss"/> whatever it takes, samples first.
/// </param>
public sealed record TrainingData(IReadOnlyList<Tensor> Inputs, Tensor Targets)
{
    /// <summary>For a model with one input.</summary>
    /// <param name="inputs">Inputs <c>[samples, …]</c>.</param>
    /// <param name="targets">Targets, samples first.</param>
    public TrainingData(Tensor inputs, Tensor targets) : this([inputs], targets)
    {
    }

    /// <summary>
    /// Changes the first input of a batch at random: it gets a batch <c>[n, …]</c>, which it may change in place, and a
    /// seed, which decides what it gives; <see langword="null"/> for inputs as they are.
    /// </summary>
    public Func<Tensor, long, Tensor>? Augment { get; init; }

    /// <summary>
    /// The loss of a batch, a scalar, from the model's outputs and the batch's targets; <see langword="null"/> for the
    /// mean cross entropy of the model's only output.
    /// </summary>
    public Func<IReadOnlyList<Tensor>, Tensor, Tensor>? Loss { get; init; }
}
