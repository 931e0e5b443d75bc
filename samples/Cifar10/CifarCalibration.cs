using Cifar10.Data;
using QDrop;
using static TorchSharp.torch;

namespace Cifar10;

/// <summary>
/// Gives the first training images: without augmentation for calibration; for training with quantization also their
/// classes, and shifted and mirrored copies.
/// </summary>
public sealed class CifarCalibration : ICalibrationSource, ILabelledCalibrationSource
{
    /// <inheritdoc/>
    public Tensor Load(CalibrationRequest request)
    {
        CifarImages images = CifarFolder.Find(request.Path).Train(request.Samples);
        return Batch.Of(images, 0, images.Count).Inputs;
    }

    /// <inheritdoc/>
    public Tensor LoadTargets(CalibrationRequest request) =>
        tensor(CifarFolder.Find(request.Path).Train(request.Samples).Labels);

    /// <inheritdoc/>
    public Tensor Augment(Tensor batch, long seed) => Augmentation.ShiftAndMirror(batch, new RandomStream(seed, 0));
}
