using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Language;

/// <summary>
/// A RoBERTa-style encoder (Liu et al. 2019) whose linear layers are classes of its own. Its parts give more than one
/// tensor: a record. Tokens and mask <c>[N, length]</c> to logits <c>[N, labels]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class Roberta : Module<Tensor, Tensor, Tensor>
{
    private readonly Embedding word_embeddings, position_embeddings;
    private readonly LayerNorm norm;
    private readonly ModuleList<Layer> layer;
    private readonly HandLinear dense, out_proj;

    public Roberta(int vocabulary = 96, int length = 40, int width = 32, int layers = 2, int heads = 4, int labels = 3)
        : base(nameof(Roberta))
    {
        word_embeddings = Embedding(vocabulary, width, padding_idx: 1);
        position_embeddings = Embedding(length, width, padding_idx: 1);
        norm = LayerNorm(width);
        layer = new ModuleList<Layer>([.. Enumerable.Range(0, layers).Select(_ => new Layer(width, heads))]);
        dense = new HandLinear(width, width);
        out_proj = new HandLinear(width, labels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input_ids, Tensor attention_mask)
    {
        Tensor positions = arange(input_ids.shape[1], dtype: ScalarType.Int64).unsqueeze(0) + 2;
        Tensor hidden = norm.call(word_embeddings.call(input_ids) + position_embeddings.call(positions));
        Tensor mask = (1 - attention_mask[.., TensorIndex.None, TensorIndex.None, ..].to(ScalarType.Float32)) * -10000;
        for (int i = 0; i < layer.Count; i++)
        {
            LayerOutput output = layer[i].call(hidden, mask);
            hidden = output.Hidden;
        }
        hidden = hidden.select(1, 0);
        hidden = tanh(dense.call(hidden));
        return out_proj.call(hidden);
    }

    /// <summary>A linear layer as one writes it without knowing <see cref="TorchSharp.Modules.Linear"/>.</summary>
    private sealed partial class HandLinear : Module<Tensor, Tensor>
    {
        private readonly Parameter weight, bias;

        public HandLinear(long inputs, long outputs) : base(nameof(HandLinear))
        {
            weight = Parameter(randn(outputs, inputs) / Math.Sqrt(inputs));
            bias = Parameter(zeros(outputs));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => matmul(input, weight.t()) + bias;
    }

    /// <summary>What a layer gives.</summary>
    private sealed record LayerOutput(Tensor Hidden, Tensor Attention);

    private sealed partial class Layer : Module<Tensor, Tensor, LayerOutput>
    {
        private readonly long heads;
        private readonly HandLinear query, key, value, output, intermediate, final;
        private readonly LayerNorm attention_norm, output_norm;

        public Layer(int width, int heads) : base(nameof(Layer))
        {
            this.heads = heads;
            query = new HandLinear(width, width);
            key = new HandLinear(width, width);
            value = new HandLinear(width, width);
            output = new HandLinear(width, width);
            intermediate = new HandLinear(width, 4 * width);
            final = new HandLinear(4 * width, width);
            attention_norm = LayerNorm(width);
            output_norm = LayerNorm(width);
            RegisterComponents();
        }

        public override LayerOutput forward(Tensor hidden, Tensor mask)
        {
            using Tensor q = Split(query.call(hidden)), k = Split(key.call(hidden)), v = Split(value.call(hidden));
            Tensor scores = q.matmul(k.transpose(-1, -2)) / Math.Sqrt(q.shape[^1]);
            Tensor attention = functional.softmax(scores + mask, -1);
            Tensor context = attention.matmul(v).permute(0, 2, 1, 3).contiguous();
            context = context.view(context.shape[0], context.shape[1], -1);
            hidden = attention_norm.call(output.call(context) + hidden);
            Tensor inner = functional.gelu(intermediate.call(hidden));
            return new LayerOutput(output_norm.call(final.call(inner) + hidden), attention);
        }

        private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], heads, -1).permute(0, 2, 1, 3);
    }
}
