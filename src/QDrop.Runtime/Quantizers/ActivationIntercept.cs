using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// What quantizes in place of an <see cref="ActivationQuantizer"/> while the model is calibrated or trained.
/// </summary>
internal abstract class ActivationIntercept : IDisposable
{
    /// <summary>Whether it does so now.</summary>
    public abstract bool IsActive { get; }

    /// <summary>Whether it only looks at activations, which go on unchanged.</summary>
    public virtual bool Observes => false;

    /// <summary>Runs the steps of a recurrent layer whose hidden states it quantizes.</summary>
    /// <param name="recurrence">The steps.</param>
    /// <returns>The hidden state after each step, <c>[T, N, H]</c>, and the last cell state.</returns>
    public virtual (Tensor States, Tensor? Cell) Scan(Recurrence recurrence) =>
        recurrence.Run(x => Forward(x, rectify: false));

    /// <summary>Passes activations through.</summary>
    /// <param name="x">Activations of any shape, float32.</param>
    /// <param name="rectify">Whether ReLU is to be applied first.</param>
    /// <returns>What goes on from the quantizer.</returns>
    public abstract Tensor Forward(Tensor x, bool rectify);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
