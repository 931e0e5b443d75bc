using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Artifacts.PyTorch;

/// <summary>A model with one parameter, <c>gain</c>, four ones.</summary>
internal sealed class GainNet : Module<Tensor, Tensor>
{
    private readonly Parameter gain = new(ones(4));

    public GainNet() : base(nameof(GainNet)) => RegisterComponents();

    public override Tensor forward(Tensor input) => input * gain;
}
