using QDrop.Reconstruction;
using static TorchSharp.torch;

namespace QDrop.Quantizers;

/// <summary>
/// Fake quantization of activations: one asymmetric uniform grid for the whole tensor, its step learned while reconstructing (arXiv 1902.08153),
/// its effect then dropped element by element (arXiv 2203.05740).
/// </summary>
/// <param name="name">Name in the network, such as <c>layer1.0.conv1</c>.</param>
public sealed class ActivationQuantizer(string name) : IDisposable
{
    private const float SmallestScale = 1e-7f;

    /// <summary>Name in the network, such as <c>layer1.0.conv1</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Bit width, 2 to 8.</summary>
    public int Bits { get; internal set; } = 8;

    /// <summary>Step of the grid, <c>[1]</c>, float32; <see langword="null"/> before the range was searched.</summary>
    public Tensor? Scale { get; private set; }

    /// <summary>Level that stands for 0, <c>[1]</c>, float32 and integral; <see langword="null"/> before the range was searched.</summary>
    public Tensor? ZeroPoint { get; private set; }

    /// <summary>Mean |error|^2.4 on the activations that the range was searched for; not a number before.</summary>
    internal double RangeError { get; private set; } = double.NaN;

    /// <summary>Whether <see cref="Forward"/> quantizes.</summary>
    public bool Enabled { get; internal set; }

    /// <summary>Whether <see cref="Forward"/> searches the range on what it gets, and returns that unchanged.</summary>
    internal bool Observing { get; set; }

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
    public Tensor Forward(Tensor x)
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
        return Draws is null ? Quantize(x) : QuantizeLearning(x);
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

    /// <summary>From now on elements are dropped, and gradients flow to the scale.</summary>
    /// <param name="drop">Probability, 0 to 1, that an element's quantization is dropped.</param>
    /// <param name="draws">Where the choice comes from.</param>
    internal void BeginLearning(double drop, DrawSource draws)
    {
        Drop = drop;
        Draws = draws;
        Scale!.requires_grad = true;
    }

    /// <summary>Ends what <see cref="BeginLearning"/> began: every element is quantized again, with the learned scale.</summary>
    internal void EndLearning()
    {
        if (Draws is null)
            return;
        Draws = null;
        Drop = 0;
        ClampScale();
        SetGrid(Scale!.item<float>(), ZeroPoint!.item<float>());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scale?.Dispose();
        ZeroPoint?.Dispose();
    }

    private void SearchRange(Tensor x)
    {
        var range = RangeSearch.OfTensor(x, Bits, Name);
        SetGrid(range.Scale, range.ZeroPoint);
        RangeError = range.Error;
    }

    private Tensor Quantize(Tensor x)
    {
        using var _ = no_grad();
        var dense = DenseMemory.ToDense(x);
        var result = new FakeQuantizePass(Scale!.item<float>(), ZeroPoint!.item<float>(), Top, 0, 1, null).Forward(dense);
        if (!ReferenceEquals(dense, x))
            dense.Dispose();
        return result;
    }

    private Tensor QuantizeLearning(Tensor x)
    {
        ClampScale();
        var keep = 1 - Drop;
        if (keep <= 0)
            return x;
        // The gradient's factor (arXiv 1902.08153, section 2.2) is applied as s·g + (s − s·g) in the published code, which rounds.
        var factor = (float)(1 / Math.Sqrt(x.NumberOfElements * (double)Top));
        var scale = Scale!.item<float>();
        var scaled = scale * factor;
        var pass = new FakeQuantizePass(scale - scaled + scaled, ZeroPoint!.item<float>(), Top, factor, keep, Draws);
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
