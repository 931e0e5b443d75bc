using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>What learning a grid of activations needs of its surroundings.</summary>
/// <param name="Draws">Where the choice of dropped elements comes from.</param>
/// <param name="Tape">What the backward pass goes through.</param>
internal sealed record LearningSources(DrawSource Draws, GradientTape Tape);

/// <summary>
/// The grid of an activation while it is learned; its effect is dropped element by element (arXiv 2203.05740).
/// </summary>
/// <param name="quantizer">The activation's quantizer.</param>
/// <param name="sources">What learning needs of its surroundings.</param>
internal abstract class LearnedActivation(ActivationQuantizer quantizer, LearningSources sources) : IDisposable
{
    private GradientTape _tape = sources.Tape;

    /// <summary>Probability, 0 to 1, that an element's quantization is dropped.</summary>
    public double Drop { get; set; }

    /// <summary>What is learned of the steps, <c>[1]</c> or <c>[C]</c>, float32.</summary>
    public abstract Tensor Steps { get; }

    /// <summary>
    /// What the learning rate of each of <see cref="Steps"/> and <see cref="Offset"/> is multiplied with, and its
    /// gradient, so that it is learned in a unit of its size; <see langword="null"/> for 1.
    /// </summary>
    public virtual float[]? Sizes => null;

    /// <summary>The value of the lowest level where it is learned, <c>[1]</c> or <c>[C]</c>, float32.</summary>
    public virtual Tensor? Offset => null;

    /// <summary>
    /// The gradients of <see cref="Steps"/>, summed over backward passes; <see langword="null"/> before the first.
    /// </summary>
    public float[]? ScaleGradient { get; protected set; }

    /// <summary>The gradients of <see cref="Offset"/>, as those of the steps.</summary>
    public float[]? OffsetGradient { get; private set; }

    /// <summary>The activation's quantizer.</summary>
    protected ActivationQuantizer Quantizer => quantizer;

    /// <summary>Whether gradients are wanted.</summary>
    protected abstract bool Learns { get; }

    /// <summary>Passes activations through the quantizer. They fit it.</summary>
    /// <param name="x">The activations.</param>
    /// <param name="rectify">Whether ReLU is to be applied first.</param>
    public abstract Tensor Forward(Tensor x, bool rectify);

    /// <summary>Passes activations through the quantizer, and records it on another tape.</summary>
    public Tensor Forward(Tensor x, GradientTape tape)
    {
        _tape = tape;
        try
        {
            return Forward(x, rectify: false);
        }
        finally
        {
            _tape = sources.Tape;
        }
    }

    /// <summary>Runs the steps of a recurrent layer whose hidden states are quantized.</summary>
    /// <param name="recurrence">The steps.</param>
    public (Tensor States, Tensor? Cell) Scan(Recurrence recurrence) =>
        RecurrenceOperation.Run(recurrence, this, sources.Tape);

    /// <summary>Gives the quantizer what was learned.</summary>
    public abstract void End();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Adds gradients of what is learned.</summary>
    /// <param name="scales">Those of <see cref="Steps"/>.</param>
    /// <param name="offsets">Those of <see cref="Offset"/>; <see langword="null"/> where it is not learned.</param>
    public void AddGradients(float[] scales, float[]? offsets)
    {
        if (!Learns)
            return;
        ScaleGradient = Sum(ScaleGradient, scales);
        OffsetGradient = offsets is null ? OffsetGradient : Sum(OffsetGradient, offsets);

        static float[] Sum(float[]? sum, float[] more)
        {
            for (int c = 0; sum is not null && c < sum.Length; c++)
                sum[c] += more[c];
            return sum ?? more;
        }
    }

    /// <summary>The choice of the elements of one pass that are quantized.</summary>
    protected DropMask Mask() => new(1 - Drop, sources.Draws);

    /// <summary>The forward pass, recorded where gradients flow through it.</summary>
    /// <param name="x">The activations.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="factors">
    /// What the gradients of the steps are multiplied with for those of what is learned; <see langword="null"/> where
    /// that is the steps.
    /// </param>
    protected Tensor Apply(Tensor x, QuantizePass pass, float[]? factors = null)
    {
        Tensor dense = DenseMemory.ToDense(x), y = pass.Forward(dense);
        if (GradientTape.IsRecording && (x.requires_grad || Learns))
            return _tape.Record(new QuantizeOperation(dense, pass, this, factors), y);
        pass.End();
        return y;
    }
}
