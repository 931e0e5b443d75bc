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

    [Theory]
    [InlineData(LossKind.MeanSquared, 2, Scale.Free)]
    [InlineData(LossKind.MeanSquared, Norm.Auto, Scale.Free)]
    [InlineData(LossKind.MeanSquared, 2, Scale.PowerOfTwo)]
    [InlineData(LossKind.Fisher, 2, Scale.Free)]
    public void Where_libtorch_gives_the_same_learning_gives_the_same_bytes_and_the_report_says_so(
        LossKind loss, double norm, Scale scale)
    {
        QuantizationSettings settings = WideNet.Descriptor.Settings with { Loss = loss, Scale = scale };
        if (norm != 2)
            settings = settings with { Norm = norm };
        (string one, CalibrationOutcome report) = Wide(1);
        (string two, CalibrationOutcome other) = Wide(2);
        string[] dependent = [.. report.Units.Concat(other.Units).SelectMany(static u => u.ThreadDependent!)];
        // Of the last layer's gradients, a product with few rows, libtorch may split the sums.
        Assert.All(dependent, static name => Assert.Equal("layers.6", name));
        Assert.Equal(Before(report), Before(other));
        if (dependent.Length == 0)
            Assert.Equal(one, two);

        // What is learned before the last layer.
        static string Before(CalibrationOutcome outcome) =>
            TensorHash.Of(
                ArtifactWriter.Tensors(outcome.State)
                    .Where(static t => !t.Key.Contains("layers.6", StringComparison.Ordinal)));

        (string, CalibrationOutcome) Wide(int threads)
        {
            set_num_threads(threads);
            manual_seed(7);
            using var model = new WideNet();
            CalibrationOutcome outcome = ModelQuantizer.Quantize(
                WideNet.Descriptor, settings, model, randn(512, 64), insight: true);
            return (
                TensorHash.Of(ArtifactWriter.Tensors(outcome.State))
                    + string.Join(' ', outcome.Units.Select(static u => $"{u.ErrorBefore:r} {u.ErrorAfter:r}"))
                    + string.Join(' ', outcome.Insight!.Layers.Select(static l => $"{l.Sensitivity:r} {l.Gain:r}")),
                outcome);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_depends_on_the_number_of_threads_is_named_in_the_report(int threads)
    {
        CalibrationOutcome outcome = Run(threads, Method.QDrop, size: 48);
        // libtorch sums the gradients of a convolution's weights in parts, one for each thread.
        Assert.Contains("conv1", outcome.Units[0].ThreadDependent!);
        // Every convolution's may differ, a linear layer's do not.
        Assert.All(
            outcome.Units.SelectMany(static u => u.ThreadDependent!),
            static name => Assert.Contains("conv", name, StringComparison.Ordinal));
        string model = Path.GetTempFileName(), report = Path.ChangeExtension(model, ".json"),
            page = Path.ChangeExtension(model, ".html");
        try
        {
            outcome.Save(model);
            outcome.SaveReport(report, model);
            outcome.SaveReport(page, model);
            const string Expected = "\"threadDependent\": [\n        \"conv1\"";
            Assert.Contains(Expected, File.ReadAllText(report), StringComparison.Ordinal);
            Assert.Contains("What depends on the number of threads", File.ReadAllText(page), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(model);
            File.Delete(report);
            File.Delete(page);
        }
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

    private static CalibrationOutcome Run(int threads, Method method, int size = 16)
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
            randn(48, 3, size, size));
    }
}
