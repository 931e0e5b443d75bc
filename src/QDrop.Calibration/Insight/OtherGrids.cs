using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>Gives activation quantizers other bit widths and grids for a while.</summary>
internal static class OtherGrids
{
    /// <summary>Quantizers that quantize with these grids.</summary>
    public static TemporaryChange With(
        IEnumerable<ActivationQuantizer> quantizers, Func<ActivationQuantizer, ActivationGrid> grid) =>
        TemporaryChange.Of(quantizers, Keep, quantizer =>
        {
            ActivationGrid other = grid(quantizer);
            quantizer.Restore(other.Bits, other.Scales, other.ZeroPoints, other.ChannelAxis);
        });

    /// <summary>
    /// Quantizers that search a range for another bit width on what runs through them, and change nothing.
    /// </summary>
    public static TemporaryChange Observing(int bits, IEnumerable<ActivationQuantizer> quantizers) =>
        TemporaryChange.Of(quantizers, Keep, quantizer =>
        {
            quantizer.Bits = bits;
            quantizer.Calibration.Observing = true;
        });

    private static Action Keep(ActivationQuantizer quantizer)
    {
        (int bits, bool enabled) = (quantizer.Bits, quantizer.Enabled);
        Tensor scale = quantizer.Scale!.clone().DetachFromDisposeScope();
        Tensor zeroPoint = quantizer.ZeroPoint!.clone().DetachFromDisposeScope();
        return () =>
        {
            quantizer.Calibration.Observing = false;
            quantizer.Bits = bits;
            quantizer.Restore(scale, zeroPoint);
            quantizer.Enabled = enabled;
            scale.Dispose();
            zeroPoint.Dispose();
        };
    }
}

/// <summary>The grid of an activation quantizer, or those of its channels.</summary>
/// <param name="Bits">Bit width.</param>
/// <param name="Scales">Steps.</param>
/// <param name="ZeroPoints">Levels that stand for 0.</param>
/// <param name="ChannelAxis">
/// The dimension that counts channels; <see langword="null"/> where one grid is for all.
/// </param>
internal sealed record ActivationGrid(int Bits, float[] Scales, float[] ZeroPoints, int? ChannelAxis);
