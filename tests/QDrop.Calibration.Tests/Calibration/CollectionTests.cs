using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Safetensors;
using QDrop.Tests.Modules;
using QDrop.Tests.Training;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// Nothing that native code uses is left to the garbage collector, however often it runs. `benchmarks/QDrop.Yardstick
/// stress` does the same for minutes.
/// </summary>
public sealed class CollectionTests : TrainingTest
{
    // So many at least, or the test has not tested anything.
    private const int MinCollections = 30;

    [Theory]
    [InlineData(Scale.Free, ActivationLearning.Lsq, false)]
    [InlineData(Scale.Free, ActivationLearning.LsqPlus, true)]
    [InlineData(Scale.PowerOfTwo, ActivationLearning.Lsq, false)]
    public void Reconstruction_leaves_the_same_bytes_while_garbage_is_collected(
        Scale scale, ActivationLearning learning, bool perChannel)
    {
        Tensor inputs = randn(48, 3, 16, 16);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with
        {
            W = 2,
            Iterations = 200,
            Scale = scale,
            ActivationLearning = learning,
            ActivationsPerChannel = perChannel,
        };

        Same(progress => ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, Model, inputs, progress));
    }

    [Theory]
    [InlineData(Method.Lsq, 0)]
    [InlineData(Method.Cpq, 0.1)]
    public void Training_leaves_the_same_bytes_while_garbage_is_collected(Method method, double dropBits) =>
        Same(progress => ModelQuantizer.Quantize(ResidualNet.Descriptor, Settings with
        {
            Method = method,
            Training = Settings.Training! with { Epochs = 8, DropBits = dropBits },
        }, Model, Data, progress));

    private static void Same(Func<IProgress<CalibrationProgress>?, CalibrationOutcome> run)
    {
        string expected = Hash(run(null));
        using var collector = new Collector();
        do
        {
            collector.Pause();
            Assert.Equal(expected, Hash(run(collector)));
        }
        while (collector.Collections < MinCollections);
    }

    private static string Hash(CalibrationOutcome outcome) => TensorHash.Of(ArtifactWriter.Tensors(outcome.State));
}
