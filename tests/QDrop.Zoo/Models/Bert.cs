using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Language;

/// <summary>Sizes of a <see cref="Bert"/>.</summary>
public sealed record BertConfig(
    int VocabularySize = 100,
    int MaxLength = 32,
    int HiddenSize = 32,
    int Layers = 2,
    int Heads = 4,
    int IntermediateSize = 64,
    int Labels = 3,
    double Dropout = 0.1)
{
    public int HeadSize => HiddenSize / Heads;
}

/// <summary>
/// A BERT-style encoder (Devlin et al. 2019) with a classifier on the first token: tokens and mask, both <c>[N,
/// length]</c>, to logits <c>[N, labels]</c>.
/// </summary>
[Quantize(W = 4, A = 8, Factory = nameof(Tiny))]
public sealed partial class Bert : Module<Tensor, Tensor, Tensor>
{
    private readonly BertEmbeddings embeddings;
    private readonly ModuleList<BertLayer> encoder;

    // All that the classifier sees of a sentence passes through here.
    [Quantize(W = 8)]
    private readonly Linear pooler;
    private readonly Linear classifier;

    public Bert(BertConfig config) : base(nameof(Bert))
    {
        embeddings = new BertEmbeddings(config);
        encoder = new ModuleList<BertLayer>();
        for (int i = 0; i < config.Layers; i++)
            encoder.Add(new BertLayer(config));
        pooler = Linear(config.HiddenSize, config.HiddenSize);
        classifier = Linear(config.HiddenSize, config.Labels);
        RegisterComponents();
    }

    public static Bert Tiny() => new(new BertConfig());

    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
    {
        // 0 where a token counts, very negative where it is padding: [N, 1, 1, length].
        Tensor extendedMask = (1.0 - attentionMask.unsqueeze(1).unsqueeze(2).to_type(ScalarType.Float32)) * -10000.0;

        Tensor hidden = embeddings.call(inputIds);
        foreach (BertLayer layer in encoder)
            hidden = layer.call(hidden, extendedMask);

        Tensor pooled = torch.tanh(pooler.call(hidden[.., 0]));
        return classifier.call(pooled);
    }
}

internal sealed partial class BertEmbeddings : Module<Tensor, Tensor>
{
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly LayerNorm layer_norm;
    private readonly Dropout dropout;

    public BertEmbeddings(BertConfig config) : base(nameof(BertEmbeddings))
    {
        word_embeddings = Embedding(config.VocabularySize, config.HiddenSize, padding_idx: 0);
        position_embeddings = Embedding(config.MaxLength, config.HiddenSize);
        layer_norm = LayerNorm(config.HiddenSize, eps: 1e-12);
        dropout = Dropout(config.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor inputIds)
    {
        Tensor positions = torch
            .arange(inputIds.shape[1], dtype: ScalarType.Int64, device: inputIds.device)
            .unsqueeze(0)
            .expand_as(inputIds);
        Tensor embeddings = word_embeddings.call(inputIds) + position_embeddings.call(positions);
        embeddings = layer_norm.call(embeddings);
        return dropout.call(embeddings);
    }
}

internal sealed partial class BertLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly BertSelfAttention attention;
    private readonly LayerNorm attention_norm;
    private readonly Linear intermediate;
    private readonly Linear output;
    private readonly LayerNorm output_norm;
    private readonly Dropout dropout;

    public BertLayer(BertConfig config) : base(nameof(BertLayer))
    {
        attention = new BertSelfAttention(config);
        attention_norm = LayerNorm(config.HiddenSize);
        intermediate = Linear(config.HiddenSize, config.IntermediateSize);
        output = Linear(config.IntermediateSize, config.HiddenSize);
        output_norm = LayerNorm(config.HiddenSize);
        dropout = Dropout(config.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor mask)
    {
        Tensor attended = attention.call(hidden, mask);
        hidden = attention_norm.call(hidden + attended);
        Tensor y = functional.gelu(intermediate.call(hidden));
        y = dropout.call(output.call(y));
        return output_norm.call(hidden + y);
    }
}

internal sealed partial class BertSelfAttention : Module<Tensor, Tensor, Tensor>
{
    private readonly BertConfig config;
    private readonly Linear query, key, value, dense;
    private readonly Dropout dropout;

    public BertSelfAttention(BertConfig config) : base(nameof(BertSelfAttention))
    {
        this.config = config;
        query = Linear(config.HiddenSize, config.HiddenSize);
        key = Linear(config.HiddenSize, config.HiddenSize);
        value = Linear(config.HiddenSize, config.HiddenSize);
        dense = Linear(config.HiddenSize, config.HiddenSize);
        dropout = Dropout(config.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor mask)
    {
        Tensor q = SplitHeads(query.call(hidden));
        Tensor k = SplitHeads(key.call(hidden));
        Tensor v = SplitHeads(value.call(hidden));

        Tensor scores = torch.matmul(q, k.transpose(-1, -2)) / Math.Sqrt(config.HeadSize);
        scores = scores + mask;
        Tensor probabilities = dropout.call(functional.softmax(scores, dim: -1));

        Tensor context = torch.matmul(probabilities, v).permute(0, 2, 1, 3).contiguous();
        context = context.view(hidden.shape[0], hidden.shape[1], config.HiddenSize);
        return dropout.call(dense.call(context));
    }

    // [N, length, hidden] to [N, heads, length, head size]
    private Tensor SplitHeads(Tensor x) =>
        x.view(x.shape[0], x.shape[1], config.Heads, config.HeadSize).permute(0, 2, 1, 3);
}
