using Cifar10.Data;
using QDrop;
using static TorchSharp.torch;

namespace Cifar10;

/// <summary>Calibrates on the first training images, without augmentation.</summary>
public sealed class CifarCalibration : ICalibrationSource
{
    /// <inheritdoc/>
    public Tensor Load(CalibrationRequest request)
    {
        var images = CifarFolder.Find(request.Path).Train(request.Samples);
        return Batch.Of(images, 0, images.Count).Inputs;
    }
}
