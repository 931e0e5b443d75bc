using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>Whether two images show the same (Koch et al. 2015): one embedding, called twice.</summary>
[Quantize(W = 8, A = 8)]
public sealed partial class SiameseNet : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential cnn;
    private readonly Linear fc;
    private readonly Linear similarity;

    public SiameseNet() : base(nameof(SiameseNet))
    {
        cnn = Sequential(
            ("conv1", Conv2d(1, 16, 5)),
            ("relu1", ReLU()),
            ("pool1", MaxPool2d(2)),
            ("conv2", Conv2d(16, 32, 3)),
            ("relu2", ReLU()),
            ("pool2", MaxPool2d(2)));
        fc = Linear(32 * 5 * 5, 64);
        similarity = Linear(64, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor first, Tensor second)
    {
        Tensor a = Embed(first);
        Tensor b = Embed(second);
        Tensor distance = torch.abs(a - b);
        return torch.sigmoid(similarity.call(distance));
    }

    private Tensor Embed(Tensor image)
    {
        Tensor features = cnn.call(image);
        features = features.view(features.shape[0], -1);
        return fc.call(features).sigmoid();
    }
}
