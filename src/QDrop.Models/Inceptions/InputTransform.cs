using static TorchSharp.torch;

namespace QDrop.Models;

/// <summary>
/// The weights that torchvision publishes for GoogLeNet and Inception were trained on images with mean and deviation
/// 0.5, unlike its other weights.
/// </summary>
internal static class InputTransform
{
    /// <summary>From images normalised with the means and deviations of ImageNet to images with 0.5 for each.</summary>
    public static Tensor Of(Tensor x) => cat(
        [
            x.narrow(1, 0, 1) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5,
            x.narrow(1, 1, 1) * (0.224 / 0.5) + (0.456 - 0.5) / 0.5,
            x.narrow(1, 2, 1) * (0.225 / 0.5) + (0.406 - 0.5) / 0.5,
        ],
        1);
}
