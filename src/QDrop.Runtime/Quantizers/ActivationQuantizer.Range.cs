using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <content>How ranges are found.</content>
public sealed partial class ActivationQuantizer
{
    /// <summary>The ranges of each batch: one, or one for each channel.</summary>
    private readonly List<QuantizationRange[]> _observed = [];

    private void SearchRange(Tensor x)
    {
        if (ChannelAxis is not null)
            CheckChannels(x, Scale!.NumberOfElements);
        else if (PerChannel)
            ChannelAxis = ChannelSource.AxisOf(x.shape, Source);
        var ranges = ChannelAxis is { } axis ? RangeSearch.OfChannels(x, axis, Bits, Name, Range, Cancellation) : [RangeSearch.OfTensor(x, Bits, Name, Range, Cancellation)];
        if (Range.IsAverage)
        {
            _observed.Add(ranges);
            ranges = [.. Enumerable.Range(0, ranges.Length).Select(c => PowerOfTwoSearch.Nearest(Range.Mean([.. _observed.Select(batch => batch[c])], Bits), Bits, Name, Range))];
        }
        SetGrids(Array.ConvertAll(ranges, static r => r.Scale), Array.ConvertAll(ranges, r => Range.ZeroPoint(r, Bits)));
        RangeError = ranges.Average(static r => r.Error);
        _exponents = Range.Scale == QDrop.Scale.PowerOfTwo ? Array.ConvertAll(ranges, static r => r.Exponents!) : null;
    }
}
