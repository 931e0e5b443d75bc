using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Artifacts;

/// <summary>
/// Parameters that are views of a layer's weight: all of it in another shape, transposed, one of its rows.
/// </summary>
internal sealed class OverlapNet : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(4, 4);
    private readonly Parameter flat, turned, row;

    public OverlapNet() : base(nameof(OverlapNet))
    {
        using Tensor weight = a.weight!.detach();
        flat = new Parameter(weight.view(16));
        turned = new Parameter(weight.t());
        row = new Parameter(weight[1]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => a.forward(x) + flat.sum() + turned.sum() + row;
}
