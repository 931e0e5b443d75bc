using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Encoder and decoder (arXiv 1706.03762), each ended by a layer norm.</summary>
public sealed class Transformer : nn.Module<Tensor, Tensor, Tensor>
{
    // The fields' names are those of the submodules.
    private readonly TransformerEncoder encoder;
    private readonly TransformerDecoder decoder;

    internal Transformer(TransformerOptions options, long num_encoder_layers, long num_decoder_layers) : base(nameof(Transformer))
    {
        using (var layer = new TransformerEncoderLayer(options)) encoder = new TransformerEncoder(layer, num_encoder_layers, nn.LayerNorm(options.Width));
        using (var layer = new TransformerDecoderLayer(options)) decoder = new TransformerDecoder(layer, num_decoder_layers, nn.LayerNorm(options.Width));
        RegisterComponents();
        foreach (Parameter parameter in parameters())
            if (parameter.dim() > 1) nn.init.xavier_uniform_(parameter);
    }

    /// <param name="src"><c>[S, N, E]</c></param>
    /// <param name="tgt"><c>[T, N, E]</c></param>
    public override Tensor forward(Tensor src, Tensor tgt) => Run(src, tgt, null, null, null, null, null, null);

    /// <summary>Encodes <paramref name="src"/> and decodes <paramref name="tgt"/>; masks as in <see cref="MultiheadAttention"/>.</summary>
    public Tensor call(Tensor src, Tensor tgt, Tensor? src_mask, Tensor? tgt_mask = null, Tensor? memory_mask = null, Tensor? src_key_padding_mask = null, Tensor? tgt_key_padding_mask = null, Tensor? memory_key_padding_mask = null) =>
        Run(src, tgt, src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask);

    private Tensor Run(Tensor src, Tensor tgt, Tensor? src_mask, Tensor? tgt_mask, Tensor? memory_mask, Tensor? src_padding, Tensor? tgt_padding, Tensor? memory_padding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor memory = encoder.call(src, src_mask, src_padding);
        return decoder.call(tgt, memory, tgt_mask, memory_mask, tgt_padding, memory_padding).MoveToOuterDisposeScope();
    }
}
