using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A stack of encoder layers, which start as copies of one.</summary>
public sealed class TransformerEncoder : nn.Module<Tensor, Tensor?, Tensor?, Tensor>
{
    // The fields' names are those of the submodules.
    private readonly ModuleList<TransformerEncoderLayer> layers;
    private readonly LayerNorm? norm;

    internal TransformerEncoder(TransformerEncoderLayer encoder_layer, long num_layers, LayerNorm? norm = null) : base(nameof(TransformerEncoder))
    {
        ArgumentNullException.ThrowIfNull(encoder_layer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(num_layers);
        layers = nn.ModuleList<TransformerEncoderLayer>([.. Enumerable.Range(0, (int)num_layers).Select(_ => encoder_layer.Copy())]);
        this.norm = norm;
        RegisterComponents();
    }

    /// <param name="src"><c>[S, N, E]</c></param>
    /// <param name="src_mask"><c>[S, S]</c>, see <see cref="MultiheadAttention"/>; may be null.</param>
    /// <param name="src_key_padding_mask"><c>[N, S]</c>, true for padding; may be null.</param>
    public override Tensor forward(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor state = src;
        foreach (TransformerEncoderLayer layer in layers) state = layer.call(state, src_mask, src_key_padding_mask);
        return (norm is null ? state : norm.call(state)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="forward"/>
    public Tensor call(Tensor src) => base.call(src, null, null);

    /// <inheritdoc cref="forward"/>
    public Tensor call(Tensor src, Tensor? src_mask) => base.call(src, src_mask, null);
}
