using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A single-shot detector (Liu et al. 2016), small: boxes <c>[N, anchors, 4]</c> and class scores <c>[N, anchors,
/// classes]</c> from feature maps of three sizes.
/// </summary>
[Quantize(W = 8, A = 8)]
public sealed partial class Ssd : Module<Tensor, (Tensor Boxes, Tensor Scores)>
{
    private const int AnchorsPerCell = 4;

    private readonly int classes;
    private readonly Sequential backbone;
    private readonly ModuleList<Sequential> extras;

    // Boxes are read off to the pixel, and cost little: they stay float.
    [FullPrecision]
    private readonly ModuleList<Conv2d> loc;
    private readonly ModuleList<Conv2d> conf;

    public Ssd(int classes = 5) : base(nameof(Ssd))
    {
        this.classes = classes;
        backbone = Sequential(Block(3, 16, 2), Block(16, 32, 2));
        extras = new ModuleList<Sequential>(Block(32, 32, 2), Block(32, 32, 2));
        loc = new ModuleList<Conv2d>();
        conf = new ModuleList<Conv2d>();
        foreach (int channels in new[] { 32, 32, 32 })
        {
            loc.Add(Conv2d(channels, AnchorsPerCell * 4, 3, padding: 1));
            conf.Add(Conv2d(channels, AnchorsPerCell * classes, 3, padding: 1));
        }
        RegisterComponents();

        static Sequential Block(int inputs, int outputs, int stride) =>
            Sequential(
                Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false), BatchNorm2d(outputs), ReLU());
    }

    public override (Tensor Boxes, Tensor Scores) forward(Tensor images)
    {
        var maps = new List<Tensor>();
        Tensor x = backbone.call(images);
        maps.Add(x);
        foreach (Sequential extra in extras)
        {
            x = extra.call(x);
            maps.Add(x);
        }

        var boxes = new List<Tensor>();
        var scores = new List<Tensor>();
        for (int i = 0; i < maps.Count; i++)
        {
            boxes.Add(PerAnchor(loc[i].call(maps[i]), 4));
            scores.Add(PerAnchor(conf[i].call(maps[i]), classes));
        }
        return (cat(boxes, 1), cat(scores, 1));
    }

    /// <summary><c>[N, A·K, H, W]</c> to <c>[N, H·W·A, K]</c>.</summary>
    private static Tensor PerAnchor(Tensor map, long values) =>
        map.permute(0, 2, 3, 1).contiguous().view(map.shape[0], -1, values);
}
