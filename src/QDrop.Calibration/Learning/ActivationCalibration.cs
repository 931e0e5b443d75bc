using QDrop.Calibration.Ranges;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Learning;

/// <summary>Searches the ranges of an activation, and takes part in learning its grid.</summary>
/// <param name="quantizer">The activation's quantizer.</param>
internal sealed class ActivationCalibration(ActivationQuantizer quantizer) : ActivationIntercept
{
    /// <summary>The ranges of each batch: one, or one for each channel.</summary>
    private readonly List<QuantizationRange[]> _observed = [];

    /// <summary>Values of the calls in a run, or of its parts, whose range is searched together.</summary>
    private readonly List<Tensor> _kept = [];

    /// <summary>Calls in the run of the network so far; <see langword="null"/> between runs.</summary>
    private int? _calls;

    /// <summary>How the range is chosen.</summary>
    public RangeOptions Range { get; set; } = new();

    /// <summary>Whether each channel is to have a range of its own.</summary>
    public bool PerChannel { get; set; }

    /// <summary>
    /// Mean |error|^2.4 on the activations that the range was searched for, where it is a mean of ranges on those of
    /// each; not a number before.
    /// </summary>
    public double RangeError { get; private set; } = double.NaN;

    /// <summary>
    /// The grids among which the exponents of the steps are learned; <see langword="null"/> where they are not.
    /// </summary>
    public ExponentTable[]? Exponents { get; private set; }

    /// <summary>Whether the range is searched on what the quantizer gets, which goes on unchanged.</summary>
    public bool Observing
    {
        get;
        set
        {
            field = value;
            _observed.Clear();
        }
    }

    /// <summary>
    /// Whether the values of all calls in a run of the network are searched as one. They are kept until the run ends.
    /// </summary>
    public bool Together { get; set; }

    /// <summary>
    /// Keeps the values of a run that goes through the network in several parts; <see langword="null"/> where it goes
    /// through it at once.
    /// </summary>
    public ValueCollector? Collector { get; set; }

    /// <summary>
    /// Whether the quantizer was called more than once in a run of the network: in a loop of the model's code. The
    /// range is that of the first call then, until it is searched <see cref="Together"/>.
    /// </summary>
    public bool IsRepeated { get; private set; }

    /// <summary>Stops the search of the range.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>What is learned of the grid; <see langword="null"/> while nothing is.</summary>
    public LearnedActivation? Learning { get; private set; }

    /// <inheritdoc/>
    public override bool IsActive => Observing || (Learning is not null && quantizer.Enabled);

    /// <summary>From now on elements are dropped, and gradients flow to what is learned.</summary>
    /// <param name="drop">Probability, 0 to 1, that an element's quantization is dropped.</param>
    /// <param name="draws">Where the choice comes from.</param>
    /// <param name="tape">What the backward pass goes through.</param>
    /// <param name="learning">What is learned.</param>
    /// <param name="isRelative">Whether learning rates are relative to the size of the activations.</param>
    public void BeginLearning(
        double drop,
        DrawSource draws,
        GradientTape tape,
        ActivationLearning learning = ActivationLearning.Lsq,
        bool isRelative = false) =>
        Learning =
            Range.Scale == Scale.Free
                ? new LearnedStep(quantizer, Range, new(draws, tape), learning, isRelative) { Drop = drop }
                : new LearnedPower(quantizer, Exponents, new(draws, tape)) { Drop = drop };

    /// <summary>
    /// Ends what <see cref="BeginLearning"/> began: every element is quantized again, with the learned grid.
    /// </summary>
    public void EndLearning()
    {
        Learning?.End();
        Learning = null;
    }

    /// <inheritdoc/>
    public override bool Observes => Observing;

    /// <inheritdoc/>
    public override (Tensor States, Tensor? Cell) Scan(Recurrence recurrence)
    {
        if (!GradientTape.IsRecording)
            return base.Scan(recurrence);
        quantizer.CheckFits(recurrence.Start.Hidden.unsqueeze(0));
        return Learning!.Scan(recurrence);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, bool rectify)
    {
        if (Observing)
        {
            x = rectify ? x.relu() : x;
            Observe(x);
            return x;
        }
        quantizer.CheckFits(x);
        return Learning!.Forward(x, rectify);
    }

    /// <summary>A run of the network begins, in which the range is searched.</summary>
    public void BeginRun() => _calls = 0;

    /// <summary>A part of the run begins.</summary>
    public void BeginPart() => _calls = 0;

    /// <summary>The run of the network has ended.</summary>
    public void EndRun()
    {
        _calls = null;
        if (_kept.Count == 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        SearchRange([.. _kept]);
        foreach (Tensor kept in _kept)
            kept.Dispose();
        _kept.Clear();
    }

    /// <inheritdoc/>
    public override void Dispose() => Learning?.Dispose();

    private void Observe(Tensor x)
    {
        if (Collector is { } collector)
        {
            IsRepeated |= !Together && _calls > 0;
            if ((Together || _calls is not > 0) && collector.Keep(this, x) is { } kept)
                _kept.Add(kept);
            _calls++;
            return;
        }
        if (Together)
        {
            _kept.Add(x.detach().clone().DetachFromDisposeScope());
            return;
        }
        IsRepeated |= _calls > 0;
        if (_calls is not > 0)
            SearchRange(x);
        _calls++;
    }

    private void SearchRange(params Tensor[] calls)
    {
        (int bits, string? name) = (quantizer.Bits, quantizer.Name);
        foreach (Tensor x in calls)
        {
            if (quantizer.ChannelAxis is null)
            {
                if (PerChannel)
                    quantizer.ChannelAxis = quantizer.Traced is { } traced
                        ? traced.Axis < x.dim() ? traced.Axis : null
                        : ChannelSource.AxisOf(x.shape, quantizer.Source);
            }
            else if (quantizer.Scale is not null)
            {
                // Of several values, those after the first have no grid yet to fit.
                quantizer.CheckFits(x);
            }
        }
        using Tensor? together = Collector?.Together(calls, quantizer.ChannelAxis);
        QuantizationRange[] ranges = quantizer.ChannelAxis is { } axis
            ? together is null && calls is [var one]
                ? RangeSearch.OfChannels(one, axis, bits, name, Range, Cancellation)
                : RangeSearch.OfChannels(together ?? OfAll(calls, axis), 0, bits, name, Range, Cancellation)
            : [RangeSearch.OfTensor(together ?? OfAll(calls, null), bits, name, Range, Cancellation)];
        if (Range.IsAverage)
        {
            _observed.Add(ranges);
            ranges =
            [
                .. Enumerable
                    .Range(0, ranges.Length)
                    .Select(c =>
                        PowerOfTwoSearch.Nearest(
                            Range.Mean([.. _observed.Select(batch => batch[c])], bits), bits, name, Range)),
            ];
        }
        quantizer.SetGrids(
            Array.ConvertAll(ranges, static r => r.Scale), Array.ConvertAll(ranges, r => Range.ZeroPoint(r, bits)));
        RangeError = ranges.Average(static r => r.Error);
        Exponents = Range.Scale == Scale.PowerOfTwo ? Array.ConvertAll(ranges, static r => r.Exponents!) : null;
    }

    /// <summary>The values of all calls: a vector, or one for each index of a dimension.</summary>
    private static Tensor OfAll(Tensor[] calls, int? axis) => calls is [var one] ? one
        : axis is { } channels
            ? cat([.. calls.Select(x => x.transpose(0, channels).reshape(x.shape[channels], -1))], 1)
            : cat([.. calls.Select(static x => x.reshape(-1))]);
}
