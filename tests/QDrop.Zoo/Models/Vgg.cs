using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>What kind of VGG to make.</summary>
/// <param name="Channels">Output channels of each convolution; 0 is a max pooling.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="BatchNorm">Whether a batch norm follows each convolution.</param>
public sealed record VggOptions(IReadOnlyList<int> Channels, int Classes = 10, bool BatchNorm = true)
{
    /// <summary>VGG-11, a sixteenth as wide.</summary>
    public static VggOptions Vgg11 { get; } = new([4, 0, 8, 0, 16, 16, 0, 32, 32, 0, 32, 32, 0]);
}

/// <summary>VGG (Simonyan and Zisserman 2015): <c>[N, 3, 32, 32]</c> to logits.</summary>
[Quantize(Factory = nameof(Vgg11))]
public sealed partial class Vgg : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public Vgg(string name, VggOptions options) : base(name)
    {
        var modules = new List<(string, Module<Tensor, Tensor>)>();

        int in_channels = 3;

        for (int i = 0; i < options.Channels.Count; i++)
        {
            int out_channels = options.Channels[i];
            if (out_channels == 0)
            {
                modules.Add(($"MaxPool2d-{i}a", MaxPool2d(kernel_size: 2, stride: 2)));
                continue;
            }

            modules.Add(($"conv2d-{i}a", Conv2d(in_channels, out_channels, kernel_size: 3, padding: 1)));
            if (options.BatchNorm)
                modules.Add(($"bnrm2d-{i}a", BatchNorm2d(out_channels)));
            modules.Add(($"relu-{i}b", ReLU(inplace: true)));
            in_channels = out_channels;
        }
        modules.Add(("avgpool2d", AvgPool2d(kernel_size: 1, stride: 1)));
        modules.Add(("flatten", Flatten()));
        modules.Add(("linear", Linear(in_channels, options.Classes)));

        layers = Sequential(modules);

        RegisterComponents();
    }

    public static Vgg Vgg11() => new("VGG11", VggOptions.Vgg11);

    public override Tensor forward(Tensor input)
    {
        return layers.forward(input);
    }
}
