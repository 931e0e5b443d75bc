using QDrop.Calibration.Execution;
using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Native;
using QDrop.Quantizers;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Insight;

/// <summary>
/// Compares what layers give in the float model with what they give quantized, before (their unit rounded to nearest)
/// and after reconstruction, and counts what activation quantizers clip. First the float model runs, then the
/// calibrated one, with the same inputs.
/// </summary>
/// <param name="context">What the twins of the model share.</param>
internal sealed class LayerWatch(QuantizationContext context) : UnitExecutor, IValueWatcher, IDisposable
{
    private readonly Dictionary<QuantizedLayer, List<Tensor>> _float = [];
    private readonly Dictionary<QuantizedLayer, (Sqnr Ratio, int Calls)> _before = [], _after = [];
    private readonly Dictionary<ActivationQuantizer, (double Clipped, double All)> _clipped = [];
    private Mode _mode;

    private enum Mode
    {
        Float,
        Before,
        After,
    }

    /// <summary>Ratio of a layer's output, its unit rounded to nearest.</summary>
    public double Before(QuantizedLayer layer) =>
        _before.TryGetValue(layer, out (Sqnr Ratio, int Calls) found) ? found.Ratio.Value : double.NaN;

    /// <summary>Ratio of a layer's output as calibrated.</summary>
    public double After(QuantizedLayer layer) =>
        _after.TryGetValue(layer, out (Sqnr Ratio, int Calls) found) ? found.Ratio.Value : double.NaN;

    /// <summary>Share of the elements that a quantizer clips.</summary>
    public double Clipped(ActivationQuantizer quantizer) =>
        _clipped.TryGetValue(quantizer, out (double Clipped, double All) found)
            ? found.Clipped / found.All
            : double.NaN;

    /// <summary>From now on the float model runs, on new inputs.</summary>
    public void BeginFloat()
    {
        _mode = Mode.Float;
        Forget();
        foreach (Dictionary<QuantizedLayer, (Sqnr Ratio, int Calls)> side in new[] { _before, _after })
        {
            foreach (QuantizedLayer layer in side.Keys.ToList())
                side[layer] = (side[layer].Ratio, 0);
        }
    }

    /// <summary>From now on the calibrated model runs.</summary>
    public void BeginQuantized() => _mode = Mode.After;

    /// <inheritdoc/>
    public override Bundle Run(Unit unit, Bundle inputs)
    {
        context.Current = unit;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            if (_mode == Mode.After)
            {
                using TemporaryChange nearest = OtherWeights.Nearest(unit.Layers);
                _mode = Mode.Before;
                unit.Compute(inputs.Copies());
                _mode = Mode.After;
            }
            return unit.Compute(inputs).Select(static t => t.MoveToOuterDisposeScope());
        }
        finally
        {
            context.Current = null;
        }
    }

    /// <inheritdoc/>
    public Tensor OnValue(QuantizedLayer layer, Tensor output)
    {
        if (_mode == Mode.Float)
        {
            if (!_float.TryGetValue(layer, out List<Tensor>? outputs))
                _float.Add(layer, outputs = []);
            // The functions after the layer may work in place.
            outputs.Add(output.clone().DetachFromDisposeScope());
            return output;
        }
        Dictionary<QuantizedLayer, (Sqnr Ratio, int Calls)> side = _mode == Mode.Before ? _before : _after;
        (Sqnr? ratio, int calls) = side.GetValueOrDefault(layer, (new Sqnr(), 0));
        ratio.Add(_float[layer][calls], output);
        side[layer] = (ratio, calls + 1);
        return output;
    }

    /// <inheritdoc/>
    public Tensor OnValue(ActivationQuantizer quantizer, Tensor input)
    {
        if (_mode != Mode.After)
            return input;
        (double clipped, double all) = _clipped.GetValueOrDefault(quantizer);
        _clipped[quantizer] = (clipped + ClippedElements(input, quantizer), all + input.numel());
        return input;
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private static long ClippedElements(Tensor x, ActivationQuantizer quantizer)
    {
        if (quantizer.ChannelAxis is not { } axis)
            return ClippedElements(x, quantizer.Scale!.ToSingle(), quantizer.ZeroPoint!.ToSingle(), quantizer.Bits);
        float[] scales = [.. quantizer.Scale!.data<float>()], zeroPoints = [.. quantizer.ZeroPoint!.data<float>()];
        return Enumerable.Range(0, scales.Length).Sum(c =>
        {
            using Tensor channel = x.detach().narrow(axis, c, 1);
            return ClippedElements(channel, scales[c], zeroPoints[c], quantizer.Bits);
        });
    }

    /// <summary>
    /// How many elements a grid does not reach: their nearest level would be below 0 or above the highest.
    /// </summary>
    internal static long ClippedElements(Tensor x, float scale, float zeroPoint, int bits)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar step = scale, top = (1 << bits) - 1;
        Tensor level = x.detach().div(step).round().Plus(zeroPoint);
        return level.lt(Numbers.Zero).sum().ToInt64() + level.gt(top).sum().ToInt64();
    }

    private void Forget()
    {
        foreach (Tensor tensor in _float.Values.SelectMany(static t => t))
            tensor.Dispose();
        _float.Clear();
    }
}
