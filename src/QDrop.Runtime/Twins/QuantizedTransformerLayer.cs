using QDrop.Layers;
using QDrop.Native;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// The quantized counterpart of one layer of a transformer, with the quantizers that it would have written out with
/// <c>MultiheadAttention</c>, <c>Linear</c> and <c>LayerNorm</c>: those of attention, one after each sum and its norm,
/// and one after the activation function.
/// </summary>
internal sealed class QuantizedTransformerLayer
{
    private readonly QuantizedAttention _self;
    private readonly QuantizedAttention? _cross;
    private readonly FusedUnit _up, _down;
    private readonly FusedUnit[] _sums;

    /// <summary>Makes it.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="output">Where the layer's output goes.</param>
    /// <param name="layer">What it consists of.</param>
    /// <param name="form">What its parameters do not tell.</param>
    public QuantizedTransformerLayer(
        QuantizationContext context, Feeds output, TransformerLayer layer, TransformerForm form)
    {
        _self = Attention("self_attn", layer.Self);
        _cross = layer.Cross is { } cross ? Attention("multihead_attn", cross) : null;
        _up = Linear(layer.Up, [form.Activation], isQuantized: true);
        _down = Linear(layer.Down, [], isQuantized: false);
        _sums =
        [
            .. layer.Norms.Select((norm, i) => new FusedUnit(
                context,
                $"{layer.Name}.norm{i + 1}",
                null,
                [norm],
                i < layer.Norms.Count - 1 || output == Feeds.Next
                    ? context.Activation($"{layer.Name}.norm{i + 1}.output")
                    : null)),
        ];

        QuantizedAttention Attention(string part, AttentionParameters parameters) =>
            new(context, Feeds.Join, $"{layer.Name}.{part}", parameters, form.Arithmetic(parameters));

        FusedUnit Linear(LayerSource source, Func<Tensor, Tensor>[] functions, bool isQuantized) => new(
            context,
            context.UnitName(source.Name),
            context.Layer(source),
            functions,
            isQuantized ? context.Activation($"{source.Name}.output") : null);
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="x">The sequences <c>[T, N, E]</c>.</param>
    /// <param name="masks">Mask <c>[T, T]</c> and padding <c>[N, T]</c> of the attention to itself.</param>
    /// <param name="memory">The encoder's output <c>[S, N, E]</c>; <see langword="null"/> in an encoder.</param>
    /// <param name="memoryMasks">Mask <c>[T, S]</c> and padding <c>[N, S]</c> of the attention to it.</param>
    public Tensor Run(
        Tensor x, (Tensor? Mask, Tensor? Padding) masks, Tensor? memory, (Tensor? Mask, Tensor? Padding) memoryMasks)
    {
        int norm = 0;
        x = _sums[norm++].Run(x.Plus(_self.call(x, x, x, masks.Padding, false, masks.Mask).Item1));
        if (_cross is not null)
        {
            Tensor seen = _cross.call(x, memory!, memory!, memoryMasks.Padding, false, memoryMasks.Mask).Item1;
            x = _sums[norm++].Run(x.Plus(seen));
        }
        return _sums[norm].Run(x.Plus(_down.Run(_up.Run(x))));
    }
}
