using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Language;

/// <summary>
/// A transformer encoder on TorchSharp's own attention, for sequences of features <c>[N, length, features]</c>.
/// </summary>
[Quantize(W = 8, A = 8)]
public sealed partial class TransformerClassifier : Module<Tensor, Tensor>
{
    private readonly Linear input_projection;
    private readonly Sequential layers;
    private readonly Linear classifier;

    public TransformerClassifier(long features = 12, long model = 32, long heads = 4, int depth = 2, long classes = 5)
        : base(nameof(TransformerClassifier))
    {
        input_projection = Linear(features, model);
        layers = Sequential();
        for (int i = 0; i < depth; i++)
            layers.append($"layer{i}", new EncoderLayer(model, heads));
        classifier = Linear(model, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = input_projection.call(x);
        x = x.transpose(0, 1); // attention takes [length, N, model]
        x = layers.call(x);
        return classifier.call(x.mean([0]));
    }

    private sealed partial class EncoderLayer : Module<Tensor, Tensor>
    {
        private readonly MultiheadAttention self_attn;
        private readonly LayerNorm norm1, norm2;
        private readonly Linear linear1, linear2;
        private readonly Dropout dropout = Dropout(0.1);

        public EncoderLayer(long model, long heads) : base(nameof(EncoderLayer))
        {
            self_attn = MultiheadAttention(model, heads, dropout: 0.1);
            norm1 = LayerNorm(model);
            norm2 = LayerNorm(model);
            linear1 = Linear(model, 2 * model);
            linear2 = Linear(2 * model, model);
            RegisterComponents();
        }

        public override Tensor forward(Tensor src)
        {
            (Tensor? attended, Tensor _) = self_attn.call(src, src, src);
            src = norm1.call(src + dropout.call(attended));
            Tensor feedForward = linear2.call(dropout.call(functional.relu(linear1.call(src))));
            return norm2.call(src + dropout.call(feedForward));
        }
    }
}
