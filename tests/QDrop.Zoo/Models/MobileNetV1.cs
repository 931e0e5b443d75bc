using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>MobileNet (Howard et al. 2017), an eighth as wide: depthwise and pointwise convolutions in turn.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class MobileNetV1 : Module<Tensor, Tensor>
{
    private static readonly (int Planes, int Stride)[] Layout =
    [
        (8, 1),
        (16, 2),
        (16, 1),
        (32, 2),
        (32, 1),
        (64, 2),
        (64, 1),
        (64, 1),
        (64, 1),
        (64, 1),
        (64, 1),
        (128, 2),
        (128, 1),
    ];

    private readonly Module<Tensor, Tensor> model;
    private readonly Module<Tensor, Tensor> fc;

    public MobileNetV1(int num_classes = 10) : base(nameof(MobileNetV1))
    {
        int in_planes = 4;
        List<Module<Tensor, Tensor>> layers = ConvBn(3, in_planes, 1);
        foreach ((int planes, int stride) in Layout)
        {
            layers.Add(Depthwise(in_planes, planes, stride));
            in_planes = planes;
        }
        layers.Add(AdaptiveAvgPool2d(1));

        model = Sequential(layers);
        fc = Linear(in_planes, num_classes);
        RegisterComponents();

        static List<Module<Tensor, Tensor>> ConvBn(long inp, long oup, long stride) =>
        [
            Conv2d(inp, oup, 3, stride: stride, padding: 1, bias: false),
            BatchNorm2d(oup),
            ReLU(),
        ];

        static Sequential Depthwise(long inp, long oup, long stride) => Sequential(
            Conv2d(inp, inp, 3, stride: stride, padding: 1, groups: inp, bias: false),
            BatchNorm2d(inp),
            ReLU(),
            Conv2d(inp, oup, 1, bias: false),
            BatchNorm2d(oup),
            ReLU());
    }

    public override Tensor forward(Tensor x) => fc.call(model.call(x).view(x.shape[0], -1));
}
