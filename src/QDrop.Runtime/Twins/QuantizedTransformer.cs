using QDrop.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// The quantized counterpart of <c>TransformerEncoder</c>, <c>TransformerDecoder</c> and their layers. A layer is a
/// block; the layers of an encoder or a decoder are one block each.
/// </summary>
internal sealed class QuantizedTransformer : IQuantizedModule,
    IModule<Tensor, Tensor>,
    IModule<Tensor, Tensor?, Tensor?, Tensor>,
    IModule<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Tensor>
{
    private readonly Func<Bundle, Bundle>[] _layers;

    /// <summary>Makes it.</summary>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="output">Where the module's output goes.</param>
    /// <param name="module">The float module.</param>
    /// <exception cref="QDropException">The module is not understood (QDROP232).</exception>
    public QuantizedTransformer(QuantizationContext context, Feeds output, Module module)
    {
        Context = context;
        string name = context.PathOf(module);
        IReadOnlyList<TransformerLayer> layers = TransformerLayer.AllOf(name, module);
        var form = TransformerForm.Of(name, module, layers);
        IsBlock = layers[0].Name == name;
        bool areBlocks = !IsBlock && context.IsBlock(module, byItself: true);
        _layers = [.. layers.Select((l, i) => Layer(l, i < layers.Count - 1 ? Feeds.Next : output))];

        Func<Bundle, Bundle> Layer(TransformerLayer layer, Feeds feeds)
        {
            var quantized = new QuantizedTransformerLayer(context, feeds, layer, form);
            if (!areBlocks)
                return Compute;
            var unit = new BlockUnit(context, context.UnitName(layer.Name), Compute);
            return inputs => unit.IsIntercepted ? unit.Intercept(inputs) : Compute(inputs);

            Bundle Compute(Bundle inputs) => new([
                quantized.Run(
                    inputs.Get<Tensor>(),
                    (inputs.Get<Tensor?>(1), inputs.Get<Tensor?>(2)),
                    inputs.Get<Tensor?>(3),
                    (inputs.Get<Tensor?>(4), inputs.Get<Tensor?>(5))),
            ]);
        }
    }

    /// <inheritdoc/>
    public QuantizationContext Context { get; }

    /// <inheritdoc/>
    public bool IsBlock { get; }

    /// <summary>As TorchSharp's encoder without masks.</summary>
    public Tensor call(Tensor src) => Run(src, null, null, null, null, null);

    /// <summary>As TorchSharp's encoder.</summary>
    public Tensor call(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask) =>
        Run(src, src_mask, src_key_padding_mask, null, null, null);

    /// <summary>As TorchSharp's decoder.</summary>
    public Tensor call(
        Tensor tgt,
        Tensor memory,
        Tensor? tgt_mask,
        Tensor? memory_mask,
        Tensor? tgt_key_padding_mask,
        Tensor? memory_key_padding_mask) =>
        Run(tgt, tgt_mask, tgt_key_padding_mask, memory, memory_mask, memory_key_padding_mask);

    private Tensor Run(
        Tensor x, Tensor? mask, Tensor? padding, Tensor? memory, Tensor? memoryMask, Tensor? memoryPadding) =>
        _layers.Aggregate(
            x,
            (value, layer) => layer(new([value, mask, padding, memory, memoryMask, memoryPadding])).Get<Tensor>());
}
