using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A stack of decoder layers, which start as copies of one.</summary>
public sealed class TransformerDecoder : nn.Module<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Tensor>
{
    // The fields' names are those of the submodules.
    private readonly ModuleList<TransformerDecoderLayer> layers;
    private readonly LayerNorm? norm;

    internal TransformerDecoder(TransformerDecoderLayer decoder_layer, long num_layers, LayerNorm? norm = null) : base(nameof(TransformerDecoder))
    {
        ArgumentNullException.ThrowIfNull(decoder_layer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(num_layers);
        layers = nn.ModuleList<TransformerDecoderLayer>([.. Enumerable.Range(0, (int)num_layers).Select(_ => decoder_layer.Copy())]);
        this.norm = norm;
        RegisterComponents();
    }

    /// <param name="tgt"><c>[T, N, E]</c></param>
    /// <param name="memory">The encoder's output <c>[S, N, E]</c>.</param>
    /// <param name="tgt_mask"><c>[T, T]</c></param>
    /// <param name="memory_mask"><c>[T, S]</c></param>
    /// <param name="tgt_key_padding_mask"><c>[N, T]</c></param>
    /// <param name="memory_key_padding_mask"><c>[N, S]</c></param>
    public override Tensor forward(Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor state = tgt;
        foreach (TransformerDecoderLayer layer in layers)
            state = layer.call(state, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
        return (norm is null ? state : norm.call(state)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="forward"/>
    public Tensor call(Tensor tgt, Tensor memory) => base.call(tgt, memory, null, null, null, null);

    /// <inheritdoc cref="forward"/>
    public new Tensor call(Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);
}
