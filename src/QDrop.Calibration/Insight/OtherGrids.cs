using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>Activation quantizers that have other bit widths and grids than they were calibrated with, until this is disposed.</summary>
internal sealed class OtherGrids : IDisposable
{
    private readonly List<Action> _undo = [];

    private OtherGrids(IEnumerable<ActivationQuantizer> quantizers, Action<ActivationQuantizer> change)
    {
        try
        {
            foreach (ActivationQuantizer quantizer in quantizers)
            {
                Keep(quantizer);
                change(quantizer);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Quantizers that quantize with these grids.</summary>
    public static OtherGrids With(IEnumerable<ActivationQuantizer> quantizers, Func<ActivationQuantizer, ActivationGrid> grid) => new(quantizers, quantizer =>
    {
        ActivationGrid other = grid(quantizer);
        quantizer.Restore(other.Bits, other.Scales, other.ZeroPoints, other.ChannelAxis);
    });

    /// <summary>Quantizers that search a range for another bit width on what runs through them, and change nothing.</summary>
    public static OtherGrids Observing(int bits, IEnumerable<ActivationQuantizer> quantizers) => new(quantizers, quantizer =>
    {
        quantizer.Bits = bits;
        quantizer.Calibration.Observing = true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Action undo in _undo)
            undo();
        _undo.Clear();
    }

    private void Keep(ActivationQuantizer quantizer)
    {
        (int bits, bool enabled) = (quantizer.Bits, quantizer.Enabled);
        (Tensor scale, Tensor zeroPoint) = (quantizer.Scale!.clone().DetachFromDisposeScope(), quantizer.ZeroPoint!.clone().DetachFromDisposeScope());
        _undo.Add(() =>
        {
            quantizer.Calibration.Observing = false;
            quantizer.Bits = bits;
            quantizer.Restore(scale, zeroPoint);
            quantizer.Enabled = enabled;
            scale.Dispose();
            zeroPoint.Dispose();
        });
    }
}

/// <summary>The grid of an activation quantizer, or those of its channels.</summary>
/// <param name="Bits">Bit width.</param>
/// <param name="Scales">Steps.</param>
/// <param name="ZeroPoints">Levels that stand for 0.</param>
/// <param name="ChannelAxis">The dimension that counts channels; <see langword="null"/> where one grid is for all.</param>
internal sealed record ActivationGrid(int Bits, float[] Scales, float[] ZeroPoints, int? ChannelAxis);
