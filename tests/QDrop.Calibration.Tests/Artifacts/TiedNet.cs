using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Artifacts;

/// <summary>
/// Names beyond what tensors there are: a head tied to an embedding, a layer in two fields; and tensors of one element:
/// a number, the statistics and the counter of a batch norm of one channel.
/// </summary>
internal sealed class TiedNet : Module<Tensor, Tensor>
{
    private readonly Embedding emb = Embedding(5, 3);
    private readonly Linear head = Linear(3, 5, hasBias: false);
    private readonly Linear first = Linear(3, 3), second;
    private readonly BatchNorm1d norm = BatchNorm1d(1);
    private readonly Parameter gain = new(tensor(0.5f));

    public TiedNet() : base(nameof(TiedNet))
    {
        head.weight = emb.weight!;
        second = first;
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids)
    {
        Tensor x = second.forward(first.forward(emb.forward(ids))) * gain;
        return head.forward(norm.forward(x.unsqueeze(1)).squeeze(1));
    }
}
