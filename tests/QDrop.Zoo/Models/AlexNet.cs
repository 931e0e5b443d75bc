using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>AlexNet (Krizhevsky 2014) for small images: <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.</summary>
[Quantize(W = 4, A = 8)]
public sealed partial class AlexNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> features;
    private readonly Module<Tensor, Tensor> avgPool;
    private readonly Module<Tensor, Tensor> classifier;

    public AlexNet(string name = "AlexNet", int numClasses = 10) : base(name)
    {
        features = Sequential(
            ("c1", Conv2d(3, 12, kernel_size: 3, stride: 2, padding: 1)),
            ("r1", ReLU(inplace: true)),
            ("mp1", MaxPool2d(kernel_size: [2, 2])),
            ("c2", Conv2d(12, 24, kernel_size: 3, padding: 1)),
            ("r2", ReLU(inplace: true)),
            ("mp2", MaxPool2d(kernel_size: [2, 2])),
            ("c3", Conv2d(24, 48, kernel_size: 3, padding: 1)),
            ("r3", ReLU(inplace: true)),
            ("c4", Conv2d(48, 32, kernel_size: 3, padding: 1)),
            ("r4", ReLU(inplace: true)),
            ("c5", Conv2d(32, 32, kernel_size: 3, padding: 1)),
            ("r5", ReLU(inplace: true)),
            ("mp3", MaxPool2d(kernel_size: [2, 2])));

        avgPool = AdaptiveAvgPool2d([2, 2]);

        classifier = Sequential(
            ("d1", Dropout()),
            ("l1", Linear(32 * 2 * 2, 64)),
            ("r6", ReLU(inplace: true)),
            ("d2", Dropout()),
            ("l2", Linear(64, 64)),
            ("r7", ReLU(inplace: true)),
            ("l3", Linear(64, numClasses)));

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor f = features.call(input);
        Tensor avg = avgPool.call(f);

        Tensor x = avg.view([avg.shape[0], 32 * 2 * 2]);

        return classifier.call(x);
    }
}
