using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A fully convolutional network with one skip (Long et al. 2015, FCN-16s): scores of two depths, resampled to the
/// picture's size.
/// </summary>
[Quantize]
public sealed partial class Fcn : Module<Tensor, Tensor>
{
    private readonly Sequential stage1, stage2, stage3;
    private readonly Conv2d score2, score3;

    public Fcn(int classes = 4) : base(nameof(Fcn))
    {
        stage1 = Stage(3, 8);
        stage2 = Stage(8, 16);
        stage3 = Stage(16, 32);
        score2 = Conv2d(16, classes, 1);
        score3 = Conv2d(32, classes, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        (long height, long width) = (input.shape[2], input.shape[3]);

        Tensor pool1 = stage1.call(input);
        Tensor pool2 = stage2.call(pool1);
        Tensor pool3 = stage3.call(pool2);

        Tensor score = score3.call(pool3);
        score = Resample(score, pool2.shape[2], pool2.shape[3]);
        score += score2.call(pool2);
        return Resample(score, height, width);

        static Tensor Resample(Tensor map, long height, long width) =>
            functional.interpolate(map, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    private static Sequential Stage(int inputs, int outputs) => Sequential(
        Conv2d(inputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(), MaxPool2d(2));
}
