using QDrop.Reconstruction;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations: one uniform grid for the whole tensor, its step learned while reconstructing (arXiv 1902.08153), and with
/// it, where that is asked for, its offset (arXiv 2004.09576); its effect then dropped element by element (arXiv 2203.05740).
/// </summary>
/// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
public sealed class ActivationQuantizer(string name) : IDisposable
{
    private const float SmallestScale = 1e-7f;

    private readonly List<QuantizationRange> _observed = [];

    /// <summary>Name in the network, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Bit width, 2 to 8.</summary>
    public int Bits { get; internal set; } = 8;

    /// <summary>Step of the grid, <c>[1]</c>, float32; <see langword="null"/> before the range was searched.</summary>
    public Tensor? Scale { get; private set; }

    /// <summary>Level that stands for 0, <c>[1]</c>, float32 and integral; <see langword="null"/> before the range was searched.</summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>Mean |error|^2.4 on the activations that the range was searched for, where it is a mean of ranges on those of each; not a number before.</summary>
    internal double RangeError { get; private set; } = double.NaN;

    /// <summary>Whether <see cref="Forward"/> quantizes.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>Whether <see cref="Forward"/> searches the range on what it gets, and returns that unchanged.</summary>
    internal bool Observing
    {
        get;
        set
        {
            field = value;
            _observed.Clear();
        }
    }

    /// <summary>Stops the search of the range.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <summary>How the range is chosen.</summary>
    internal RangeOptions Range { get; set; } = new();

    /// <summary>Value of the lowest level while it is learned, <c>[1]</c>, float32.</summary>
    internal Tensor? Offset { get; private set; }

    /// <summary>Probability, 0 to 1, that an element's quantization is dropped while learning.</summary>
    internal double Drop { get; set; }

    /// <summary>Where the choice of dropped elements comes from; <see langword="null"/> while not learning.</summary>
    internal DrawSource? Draws { get; private set; }

    /// <summary>Passes activations through the quantizer.</summary>
    /// <param name="x">Activations of any shape, float32. Those that are dense in memory keep their order there (channels_last stays).</param>
    /// <returns>
    /// Observing or not enabled: <paramref name="x"/> itself. Enabled: a new tensor of the same shape; while learning, gradients flow to
    /// <paramref name="x"/> and to <see cref="Scale"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    public Tensor Forward(Tensor x) => Pass(x, rectify: false);

    /// <summary>Passes activations through ReLU and the quantizer: in one pass over memory where they are quantized.</summary>
    /// <param name="x">Activations before ReLU.</param>
    /// <returns>What <see cref="Forward(Tensor)"/> gives for the rectified activations.</returns>
    /// <exception cref="InvalidOperationException">The quantizer is enabled but has no range yet.</exception>
    internal Tensor ForwardRectified(Tensor x)
    {
        var together = Enabled && !Observing && (Draws is null || (Drop < 1 && Offset is null));
        return together ? Pass(x, rectify: true) : Forward(x.relu());
    }

    private Tensor Pass(Tensor x, bool rectify)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Observing)
        {
            SearchRange(x);
            return x;
        }
        if (!Enabled)
            return x;
        if (Scale is null || ZeroPoint is null)
            throw new InvalidOperationException($"The activation quantizer '{Name}' has no range: it must observe activations, or be restored, before it can quantize.");
        return Draws is null ? Quantize(x, rectify) : QuantizeLearning(x, rectify);
    }

    /// <summary>Makes the quantizer use a known grid.</summary>
    internal void Restore(int bits, float scale, float zeroPoint)
    {
        Bits = bits;
        SetGrid(scale, zeroPoint);
        Enabled = true;
    }

    /// <summary>Makes the quantizer use a grid that was found before for the same bit width.</summary>
    internal void Restore(Tensor scale, Tensor zeroPoint)
    {
        Dispose();
        Scale = scale.clone().DetachFromDisposeScope();
        ZeroPoint = zeroPoint.clone().DetachFromDisposeScope();
    }

    /// <summary>From now on elements are dropped, and gradients flow to what is learned.</summary>
    /// <param name="drop">Probability, 0 to 1, that an element's quantization is dropped.</param>
    /// <param name="draws">Where the choice comes from.</param>
    /// <param name="learning">What is learned.</param>
    internal void BeginLearning(double drop, DrawSource draws, ActivationLearning learning = ActivationLearning.Lsq)
    {
        Drop = drop;
        Draws = draws;
        Scale!.requires_grad = learning != ActivationLearning.Fixed;
        if (learning != ActivationLearning.LsqPlus)
            return;
        Offset = tensor([-Scale.item<float>() * ZeroPoint!.item<float>()]).DetachFromDisposeScope();
        Offset.requires_grad = true;
    }

    /// <summary>Ends what <see cref="BeginLearning"/> began: every element is quantized again, with the learned scale and a whole zero point.</summary>
    internal void EndLearning()
    {
        if (Draws is null)
            return;
        Draws = null;
        Drop = 0;
        ClampScale();
        var scale = Scale!.item<float>();
        // Adding 0 turns −0 into 0.
        SetGrid(scale, Offset is null ? ZeroPoint!.item<float>() : Math.Clamp(MathF.Round(-Offset.item<float>() / scale), 0, Top) + 0f);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
        Offset?.Dispose();
        Offset = null;
    }

    private void SearchRange(Tensor x)
    {
        var range = RangeSearch.OfTensor(x, Bits, Name, Range, Cancellation);
        if (Range.IsAverage)
        {
            _observed.Add(range);
            range = Range.Mean(_observed, Bits);
        }
        SetGrid(range.Scale, Range.ZeroPoint(range, Bits));
        RangeError = range.Error;
    }

    private Tensor Quantize(Tensor x, bool rectify)
    {
        using var _ = no_grad();
        var dense = DenseMemory.ToDense(x);
        var result = new FakeQuantizePass(Scale!.item<float>(), ZeroPoint!.item<float>(), Top, 0, 1, null, rectify).Forward(dense);
        if (!ReferenceEquals(dense, x))
            dense.Dispose();
        return result;
    }

    private Tensor QuantizeLearning(Tensor x, bool rectify)
    {
        ClampScale();
        var keep = 1 - Drop;
        if (keep <= 0)
            return x;
        var factor = (float)(1 / Math.Sqrt(x.NumberOfElements * (double)Range.Highest(Bits)));
        var scale = Scale!.item<float>();
        if (Offset is not null)
            return OffsetQuantizeFunction.apply(x, Scale, Offset, new OffsetQuantizePass(scale, Offset.item<float>(), Top, factor, new DropMask(keep, Draws)));
        // The gradient's factor (arXiv 1902.08153, section 2.2) is applied as s·g + (s − s·g) in the published code, which rounds.
        var scaled = scale * factor;
        var pass = new FakeQuantizePass(scale - scaled + scaled, ZeroPoint!.item<float>(), Top, factor, keep, Draws, rectify);
        return FakeQuantizeFunction.apply(x, Scale, pass);
    }

    private float Top => (1 << Bits) - 1;

    private unsafe void ClampScale()
    {
        var scale = DenseMemory.Floats(Scale!);
        *scale = Math.Max(Math.Abs(*scale), SmallestScale);
    }

    private void SetGrid(float scale, float zeroPoint)
    {
        Dispose();
        Scale = tensor([scale]).DetachFromDisposeScope();
        ZeroPoint = tensor([zeroPoint]).DetachFromDisposeScope();
    }
}
