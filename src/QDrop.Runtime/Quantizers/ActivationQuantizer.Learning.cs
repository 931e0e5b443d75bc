using QDrop.Gradients;
using QDrop.Reconstruction;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <content>How grids are learned, and quantization is dropped.</content>
public sealed partial class ActivationQuantizer
{
    private const float SmallestScale = 1e-7f;

    private GradientTape? _tape;
    private bool _learnsScale;

    /// <summary>Value of the lowest level while it is learned, <c>[1]</c> or <c>[C]</c>, float32.</summary>
    internal Tensor? Offset { get; private set; }

    /// <summary>Probability, 0 to 1, that an element's quantization is dropped while learning.</summary>
    internal double Drop { get; set; }

    /// <summary>Where the choice of dropped elements comes from; <see langword="null"/> while not learning.</summary>
    internal DrawSource? Draws { get; private set; }

    /// <summary>
    /// The gradients of <see cref="Scale"/>, or of <see cref="LogScale"/> where that is learned, <c>[1]</c> or <c>[C]</c>, summed over backward
    /// passes; <see langword="null"/> before the first.
    /// </summary>
    internal float[]? ScaleGradient { get; private set; }

    /// <summary>The gradients of <see cref="Offset"/>, as those of the scale.</summary>
    internal float[]? OffsetGradient { get; private set; }

    /// <summary>From now on elements are dropped, and gradients flow to what is learned.</summary>
    /// <param name="drop">Probability, 0 to 1, that an element's quantization is dropped.</param>
    /// <param name="draws">Where the choice comes from.</param>
    /// <param name="tape">What the backward pass goes through.</param>
    /// <param name="learning">What is learned.</param>
    internal void BeginLearning(double drop, DrawSource draws, GradientTape tape, ActivationLearning learning = ActivationLearning.Lsq)
    {
        Drop = drop;
        Draws = draws;
        _tape = tape;
        _learnsScale = learning != ActivationLearning.Fixed && Range.Scale == QDrop.Scale.Free;
        if (learning != ActivationLearning.LsqPlus)
            return;
        Offset = tensor(Array.ConvertAll([.. Values(Scale!).Zip(Values(ZeroPoint!))], static grid => -grid.First * grid.Second)).DetachFromDisposeScope();
    }

    /// <summary>Adds gradients of what is learned of the grids.</summary>
    /// <param name="scales">Those of <see cref="Scale"/> or <see cref="LogScale"/>.</param>
    /// <param name="offsets">Those of <see cref="Offset"/>; <see langword="null"/> where it is not learned.</param>
    internal void AddGradients(float[] scales, float[]? offsets)
    {
        if (!_learnsScale && LogScale is null)
            return;
        ScaleGradient = Sum(ScaleGradient, scales);
        OffsetGradient = offsets is null ? OffsetGradient : Sum(OffsetGradient, offsets);

        static float[] Sum(float[]? sum, float[] more)
        {
            for (var c = 0; sum is not null && c < sum.Length; c++)
                sum[c] += more[c];
            return sum ?? more;
        }
    }

    /// <summary>Ends what <see cref="BeginLearning"/> began: every element is quantized again, with the learned scale and a whole zero point.</summary>
    internal void EndLearning()
    {
        if (Draws is null)
            return;
        Draws = null;
        Drop = 0;
        (_tape, _learnsScale, ScaleGradient, OffsetGradient) = (null, false, null, null);
        if (Range.Scale != QDrop.Scale.Free)
        {
            EndExponents();
            return;
        }
        ClampScale();
        var (scales, zeroPoints) = (Values(Scale!), Values(ZeroPoint!));
        if (Offset is not null)
        {
            var offsets = Values(Offset);
            for (var c = 0; c < scales.Length; c++)
                // Adding 0 turns −0 into 0.
                zeroPoints[c] = Math.Clamp(MathF.Round(-offsets[c] / scales[c]), 0, Top) + 0f;
        }
        SetGrids(scales, zeroPoints);
    }

    private Tensor QuantizeLearning(Tensor x, bool rectify)
    {
        var keep = 1 - Drop;
        if (Range.Scale != QDrop.Scale.Free)
            return keep <= 0 ? x : QuantizePower(x, rectify, new DropMask(keep, Draws));
        ClampScale();
        if (keep <= 0)
            return x;
        var scales = Values(Scale!);
        // Elements that share a grid, as in the published code.
        var factor = (float)(1 / Math.Sqrt(x.NumberOfElements / scales.Length * (double)Range.Highest(Bits)));
        var mask = new DropMask(keep, Draws);
        if (Offset is not null)
            return Apply(x, new QuantizePass<OffsetQuantization>(new(scales, Values(Offset), Top, ChannelAxis), factor, mask));
        for (var c = 0; c < scales.Length; c++)
        {
            // The gradient's factor (arXiv 1902.08153, section 2.2) is applied as s·g + (s − s·g) in the published code, which rounds.
            var scaled = scales[c] * factor;
            scales[c] = scales[c] - scaled + scaled;
        }
        return Apply(x, new QuantizePass<FakeQuantization>(new(scales, Values(ZeroPoint!), Top, ChannelAxis), factor, mask, rectify));
    }

    /// <summary>The forward pass, recorded where gradients flow through it.</summary>
    private Tensor Apply(Tensor x, QuantizePass pass, float[]? factors = null)
    {
        Tensor dense = DenseMemory.ToDense(x), y = pass.Forward(dense);
        if (GradientTape.IsRecording && (x.requires_grad || _learnsScale || LogScale is not null))
            return _tape!.Record(new QuantizeOperation(dense, pass, this, factors), y);
        pass.End();
        return y;
    }

    private unsafe void ClampScale()
    {
        var scales = DenseMemory.Floats(Scale!);
        for (var c = 0; c < Scale!.NumberOfElements; c++)
            scales[c] = Math.Max(Math.Abs(scales[c]), SmallestScale);
    }
}
