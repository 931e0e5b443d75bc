using Cifar10.Data;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Samples.Tests;

public sealed class AugmentationTests
{
    [Fact]
    public void Images_are_shifted_by_up_to_four_pixels_and_mirrored()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor column = arange(32, dtype: ScalarType.Float32).view(1, 1, 1, 32).expand(64, 3, 32, 32);
        Tensor images = (column + arange(32, dtype: ScalarType.Float32).view(1, 1, 32, 1) * 100).contiguous();
        Tensor augmented = Shifted(images, 7);
        Assert.Equal(images.shape, augmented.shape);
        // A pixel in the middle says where it comes from.
        float[] origins = augmented[TensorIndex.Colon, 0, 16, 16].contiguous().data<float>().ToArray();
        Assert.All(origins, static v => Assert.InRange((int)(v / 100), 12, 20));
        Assert.All(origins, static v => Assert.InRange((int)(v % 100), 11, 20));
        Assert.InRange(origins.Distinct().Count(), 30, 64);
        float[] next = augmented[TensorIndex.Colon, 0, 16, 17].contiguous().data<float>().ToArray();
        float[] steps = next.Zip(origins, static (right, left) => right - left).ToArray();
        Assert.All(steps, static v => Assert.Equal(1, Math.Abs(v)));
        Assert.InRange(steps.Count(static v => v < 0), 16, 48);
        Assert.True(augmented.eq(Shifted(images, 7)).all().item<bool>());
        Assert.False(augmented.eq(Shifted(images, 8)).all().item<bool>());
    }

    private static Tensor Shifted(Tensor images, long seed) =>
        Augmentation.ShiftAndMirror(images, new RandomStream(seed, 0));
}
