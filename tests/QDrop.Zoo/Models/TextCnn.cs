using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Language;

/// <summary>Convolutions over words and a maximum over time (Kim 2014): tokens <c>[N, length]</c> to logits.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class TextCnn : Module<Tensor, Tensor>
{
    private readonly Embedding embedding;
    private readonly ModuleList<Conv1d> convs;
    private readonly Dropout dropout;
    private readonly Linear fc;

    public TextCnn(long vocabulary = 200, long embed_dim = 24, long kernel_num = 16, long classes = 4)
        : base(nameof(TextCnn))
    {
        embedding = Embedding(vocabulary, embed_dim);
        convs = new ModuleList<Conv1d>();
        foreach (long kernel_size in new long[] { 3, 4, 5 })
            convs.Add(Conv1d(embed_dim, kernel_num, kernel_size));
        dropout = Dropout(0.5);
        fc = Linear(convs.Count * kernel_num, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        Tensor x = embedding.call(tokens); // [N, length, embed_dim]
        x = x.transpose(1, 2);

        var pooled = new List<Tensor>();
        foreach (Conv1d conv in convs)
        {
            Tensor c = functional.relu(conv.call(x));
            pooled.Add(functional.max_pool1d(c, c.shape[2]).squeeze(2));
        }

        x = torch.cat(pooled, 1);
        x = dropout.call(x);
        return fc.call(x);
    }
}
