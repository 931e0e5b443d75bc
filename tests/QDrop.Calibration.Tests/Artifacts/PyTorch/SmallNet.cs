using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Artifacts.PyTorch;

/// <summary>The model of the checkpoints in <c>Files</c>.</summary>
internal sealed class SmallNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv = Conv2d(1, 4, 3, bias: false);
    private readonly BatchNorm2d bn = BatchNorm2d(4);
    private readonly Linear fc = Linear(4, 2);
    private readonly Parameter gain = new(randn(4));

    public SmallNet() : base(nameof(SmallNet)) => RegisterComponents();

    public override Tensor forward(Tensor input) => fc.forward(bn.forward(conv.forward(input)).mean([2, 3]) * gain);

    /// <summary>The values that <c>make.py</c> gives a tensor.</summary>
    public float[] Expected(string name)
    {
        int k = state_dict().Keys.Order(StringComparer.Ordinal).ToList().IndexOf(name);
        int count = (int)state_dict()[name].numel();
        return name == "bn.num_batches_tracked" ? [7] : [.. Enumerable.Range(0, count).Select(i => k + (i / 4f))];
    }

    public float[] Values(string name) =>
        state_dict()[name].detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
}
