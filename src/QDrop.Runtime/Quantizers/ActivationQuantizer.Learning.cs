using QDrop.Reconstruction;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <content>How grids are learned, and quantization is dropped.</content>
public sealed partial class ActivationQuantizer
{
    private const float SmallestScale = 1e-7f;

    /// <summary>Value of the lowest level while it is learned, <c>[1]</c> or <c>[C]</c>, float32.</summary>
    internal Tensor? Offset { get; private set; }

    /// <summary>Probability, 0 to 1, that an element's quantization is dropped while learning.</summary>
    internal double Drop { get; set; }

    /// <summary>Where the choice of dropped elements comes from; <see langword="null"/> while not learning.</summary>
    internal DrawSource? Draws { get; private set; }

    /// <summary>From now on elements are dropped, and gradients flow to what is learned.</summary>
    /// <param name="drop">Probability, 0 to 1, that an element's quantization is dropped.</param>
    /// <param name="draws">Where the choice comes from.</param>
    /// <param name="learning">What is learned.</param>
    internal void BeginLearning(double drop, DrawSource draws, ActivationLearning learning = ActivationLearning.Lsq)
    {
        Drop = drop;
        Draws = draws;
        Scale!.requires_grad = learning != ActivationLearning.Fixed && Range.Scale == QDrop.Scale.Free;
        if (learning != ActivationLearning.LsqPlus)
            return;
        Offset = tensor(Array.ConvertAll([.. Values(Scale).Zip(Values(ZeroPoint!))], static grid => -grid.First * grid.Second)).DetachFromDisposeScope();
        Offset.requires_grad = true;
    }

    /// <summary>Ends what <see cref="BeginLearning"/> began: every element is quantized again, with the learned scale and a whole zero point.</summary>
    internal void EndLearning()
    {
        if (Draws is null)
            return;
        Draws = null;
        Drop = 0;
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
            return QuantizeFunction.apply(x, Scale!, Offset, new QuantizePass<OffsetQuantization>(new(scales, Values(Offset), Top, ChannelAxis), factor, mask));
        for (var c = 0; c < scales.Length; c++)
        {
            // The gradient's factor (arXiv 1902.08153, section 2.2) is applied as s·g + (s − s·g) in the published code, which rounds.
            var scaled = scales[c] * factor;
            scales[c] = scales[c] - scaled + scaled;
        }
        return QuantizeFunction.apply(x, Scale!, new QuantizePass<FakeQuantization>(new(scales, Values(ZeroPoint!), Top, ChannelAxis), factor, mask, rectify));
    }

    private unsafe void ClampScale()
    {
        var scales = DenseMemory.Floats(Scale!);
        for (var c = 0; c < Scale!.NumberOfElements; c++)
            scales[c] = Math.Max(Math.Abs(scales[c]), SmallestScale);
    }
}
