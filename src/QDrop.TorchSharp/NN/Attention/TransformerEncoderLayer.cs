using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Self-attention and a feed-forward network, each followed by dropout, the residual and layer norm (arXiv 1706.03762, section 3.1).</summary>
public sealed class TransformerEncoderLayer : nn.Module<Tensor, Tensor>
{
    private readonly TransformerOptions _options;

    // The fields' names are those of the submodules.
    private readonly MultiheadAttention self_attn;
    private readonly Linear linear1;
    private readonly Dropout dropout;
    private readonly Linear linear2;
    private readonly LayerNorm norm1;
    private readonly LayerNorm norm2;
    private readonly Dropout dropout1;
    private readonly Dropout dropout2;

    internal TransformerEncoderLayer(TransformerOptions options) : base(nameof(TransformerEncoderLayer))
    {
        _options = options;
        self_attn = nn.MultiheadAttention(options.Width, options.Heads, options.Dropout);
        linear1 = nn.Linear(options.Width, options.Inner);
        dropout = nn.Dropout(options.Dropout);
        linear2 = nn.Linear(options.Inner, options.Width);
        norm1 = nn.LayerNorm(options.Width);
        norm2 = nn.LayerNorm(options.Width);
        dropout1 = nn.Dropout(options.Dropout);
        dropout2 = nn.Dropout(options.Dropout);
        RegisterComponents();
    }

    /// <param name="src"><c>[S, N, E]</c></param>
    public override Tensor forward(Tensor src) => Encode(src, null, null);

    /// <param name="src"><c>[S, N, E]</c></param>
    /// <param name="src_mask"><c>[S, S]</c>, see <see cref="MultiheadAttention"/>; may be null.</param>
    public Tensor call(Tensor src, Tensor? src_mask) => Encode(src, src_mask, null);

    /// <param name="src"><c>[S, N, E]</c></param>
    /// <param name="src_mask"><c>[S, S]</c>, see <see cref="MultiheadAttention"/>; may be null.</param>
    /// <param name="src_key_padding_mask"><c>[N, S]</c>, true for padding; may be null.</param>
    public Tensor call(Tensor src, Tensor? src_mask, Tensor? src_key_padding_mask) => Encode(src, src_mask, src_key_padding_mask);

    internal TransformerEncoderLayer Copy() => TransformerOptions.CopyParameters(this, new TransformerEncoderLayer(_options));

    private Tensor Encode(Tensor src, Tensor? mask, Tensor? padding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = self_attn.call(src, src, src, padding, need_weights: false, mask).Item1;
        Tensor middle = norm1.call(Aten.Call("add.Tensor", src, dropout1.call(attended)));
        Tensor fed = linear2.call(dropout.call(_options.Activate(linear1.call(middle))));
        return norm2.call(Aten.Call("add.Tensor", middle, dropout2.call(fed))).MoveToOuterDisposeScope();
    }
}
