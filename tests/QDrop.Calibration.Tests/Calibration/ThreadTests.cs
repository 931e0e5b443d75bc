using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Safetensors;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>What of a calibration depends on the number of threads.</summary>
public sealed class ThreadTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        set_num_threads(1);
        _scope.Dispose();
    }

    [Fact]
    public void Without_learning_the_bytes_are_the_same_whatever_the_number_of_threads()
    {
        (CalibrationOutcome one, CalibrationOutcome two) = (Run(1, Method.Nearest), Run(2, Method.Nearest));
        Assert.Equal(
            TensorHash.Of(ArtifactWriter.Tensors(one.State)), TensorHash.Of(ArtifactWriter.Tensors(two.State)));
    }

    // libtorch's gradients of convolutions are summed in another order for another number of threads.
    [Fact]
    public void Learned_with_another_number_of_threads_scales_agree_to_their_last_digits_and_levels_but_for_a_few()
    {
        (CalibrationOutcome one, CalibrationOutcome two) = (Run(1, Method.QDrop), Run(2, Method.QDrop));
        double different = one
            .State.Layers.Zip(two.State.Layers)
            .Sum(static p => (double)p.First.Levels.ne(p.Second.Levels).sum().ToInt64());
        Assert.InRange(different / one.State.Layers.Sum(static l => l.Levels.numel()), 0, 0.01);
        Assert.All(
            one.State.Activations.Zip(two.State.Activations),
            static p => Assert.InRange(p.First.Scale / p.Second.Scale, 1 - 1e-4, 1 + 1e-4));
    }

    private static CalibrationOutcome Run(int threads, Method method)
    {
        set_num_threads(threads);
        manual_seed(7);
        using var model = new ResidualNet();
        return ModelQuantizer.Quantize(
            ResidualNet.Descriptor,
            ResidualNet.Descriptor.Settings with
            {
                W = 2,
                Method = method,
                Iterations = 100,
                LearningRate = 1e-2,
            },
            model,
            randn(48, 3, 16, 16));
    }
}
