using QDrop;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Models;

/// <summary>VGG: its layers come from a loop, as a list that forward runs through.</summary>
[Quantize(Method = Method.Brecq)]
public partial class VggList : Module<Tensor, Tensor>
{
    private readonly ModuleList<Module<Tensor, Tensor>> features = [];
    private readonly ModuleList<Linear> heads;

    public VggList() : base("VGG")
    {
        var channels = 3;
        foreach (var width in new[] { 8, 0, 16, 0 })
        {
            if (width == 0)
            {
                features.Add(MaxPool2d(2));
                continue;
            }
            features.Add(Conv2d(channels, width, 3, padding: 1));
            features.Add(BatchNorm2d(width));
            features.Add(ReLU());
            channels = width;
        }
        heads = new ModuleList<Linear>(Linear(channels, 16), Linear(16, 10));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var layer in features)
            x = layer.forward(x);
        x = x.mean(new long[] { 2, 3 });
        for (var i = 0; i < heads.Count; i++)
        {
            x = heads[i].forward(x);
            if (i < heads.Count - 1)
                x = functional.relu(x);
        }
        return x;
    }
}
