using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.InferenceBenchmarks.Models;

/// <summary>
/// A BERT-style encoder (Devlin et al. 2019) of 6 layers, 384 wide, 12 heads, with a classifier on the first token:
/// tokens and mask, both <c>[N, 128]</c>, to logits <c>[N, 2]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class Bert : Module<Tensor, Tensor, Tensor>
{
    /// <summary>Tokens of a text.</summary>
    public const int Length = 128;

    /// <summary>Number of different tokens.</summary>
    public const int Words = 1000;

    /// <summary>Values of a token.</summary>
    public const int Width = 384;

    private readonly Embedding words, positions;
    private readonly LayerNorm norm;
    private readonly ModuleList<BertLayer> encoder;
    private readonly Linear pooler, classifier;

    public Bert()
        : base(nameof(Bert))
    {
        words = Embedding(Words, Width);
        positions = Embedding(Length, Width);
        norm = LayerNorm(Width);
        encoder = new ModuleList<BertLayer>([.. Enumerable.Range(0, 6).Select(static _ => new BertLayer(Width, 12))]);
        pooler = Linear(Width, Width);
        classifier = Linear(Width, 2);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor tokens, Tensor mask)
    {
        Tensor extended = (1.0 - mask.unsqueeze(1).unsqueeze(2).to_type(ScalarType.Float32)) * -10000.0;
        Tensor places = arange(tokens.shape[1], dtype: ScalarType.Int64).unsqueeze(0).expand_as(tokens);
        Tensor hidden = norm.call(words.call(tokens) + positions.call(places));
        foreach (BertLayer layer in encoder)
            hidden = layer.call(hidden, extended);
        return classifier.call(torch.tanh(pooler.call(hidden[.., 0])));
    }
}

/// <summary>Attention, and a network of two layers for each token.</summary>
public sealed partial class BertLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly int heads;
    private readonly Linear query, key, value, dense, intermediate, output;
    private readonly LayerNorm attention_norm, output_norm;

    /// <param name="width">Values of a token.</param>
    /// <param name="heads">Heads of the attention.</param>
    public BertLayer(int width, int heads)
        : base(nameof(BertLayer))
    {
        this.heads = heads;
        query = Linear(width, width);
        key = Linear(width, width);
        value = Linear(width, width);
        dense = Linear(width, width);
        attention_norm = LayerNorm(width);
        intermediate = Linear(width, 4 * width);
        output = Linear(4 * width, width);
        output_norm = LayerNorm(width);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor hidden, Tensor mask)
    {
        (long n, long length, long width) = (hidden.shape[0], hidden.shape[1], hidden.shape[2]);
        Tensor q = query.call(hidden).view(n, length, heads, width / heads).permute(0, 2, 1, 3);
        Tensor k = key.call(hidden).view(n, length, heads, width / heads).permute(0, 2, 1, 3);
        Tensor v = value.call(hidden).view(n, length, heads, width / heads).permute(0, 2, 1, 3);
        Tensor scores = (torch.matmul(q, k.transpose(-1, -2)) / Math.Sqrt(width / heads)) + mask;
        Tensor context = torch.matmul(functional.softmax(scores, -1), v).permute(0, 2, 1, 3).contiguous();
        hidden = attention_norm.call(hidden + dense.call(context.view(n, length, width)));
        Tensor y = output.call(functional.gelu(intermediate.call(hidden)));
        return output_norm.call(hidden + y);
    }
}
