using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Self-attention, attention to the encoder's output and a feed-forward network (arXiv 1706.03762, section 3.1).</summary>
public sealed class TransformerDecoderLayer : nn.Module<Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, Tensor>
{
    private readonly TransformerOptions _options;

    // The fields' names are those of the submodules.
    private readonly MultiheadAttention self_attn;
    private readonly MultiheadAttention multihead_attn;
    private readonly Linear linear1;
    private readonly Dropout dropout;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly LayerNorm norm3;
    private readonly Dropout dropout1;
    private readonly Dropout dropout2;
    private readonly Dropout dropout3;

    internal TransformerDecoderLayer(TransformerOptions options) : base(nameof(TransformerDecoderLayer))
    {
        _options = options;
        self_attn = nn.MultiheadAttention(options.Width, options.Heads, options.Dropout);
        multihead_attn = nn.MultiheadAttention(options.Width, options.Heads, options.Dropout);
        linear1 = nn.Linear(options.Width, options.Inner);
        dropout = nn.Dropout(options.Dropout);
        linear2 = nn.Linear(options.Inner, options.Width);
        norm1 = nn.LayerNorm(options.Width);
        norm2 = nn.LayerNorm(options.Width);
        norm3 = nn.LayerNorm(options.Width);
        dropout1 = nn.Dropout(options.Dropout);
        dropout2 = nn.Dropout(options.Dropout);
        dropout3 = nn.Dropout(options.Dropout);
        RegisterComponents();
    }

    /// <param name="tgt"><c>[T, N, E]</c></param>
    /// <param name="memory">The encoder's output <c>[S, N, E]</c>.</param>
    /// <param name="tgt_mask"><c>[T, T]</c></param>
    /// <param name="memory_mask"><c>[T, S]</c></param>
    /// <param name="tgt_key_padding_mask"><c>[N, T]</c></param>
    /// <param name="memory_key_padding_mask"><c>[N, S]</c></param>
    public override Tensor forward(Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask, Tensor? tgt_key_padding_mask, Tensor? memory_key_padding_mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = self_attn.call(tgt, tgt, tgt, tgt_key_padding_mask, need_weights: false, tgt_mask).Item1;
        Tensor first = norm1.call(Aten.Call("add.Tensor", tgt, dropout1.call(own)));
        Tensor other = multihead_attn.call(first, memory, memory, memory_key_padding_mask, need_weights: false, memory_mask).Item1;
        Tensor second = norm2.call(Aten.Call("add.Tensor", first, dropout2.call(other)));
        Tensor fed = linear2.call(dropout.call(_options.Activate(linear1.call(second))));
        return norm3.call(Aten.Call("add.Tensor", second, dropout3.call(fed))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="forward"/>
    public Tensor call(Tensor tgt, Tensor memory) => base.call(tgt, memory, null, null, null, null);

    /// <inheritdoc cref="forward"/>
    public new Tensor call(Tensor tgt, Tensor memory, Tensor? tgt_mask, Tensor? memory_mask = null, Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null) =>
        base.call(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask);

    internal TransformerDecoderLayer Copy() => TransformerOptions.CopyParameters(this, new TransformerDecoderLayer(_options));
}
