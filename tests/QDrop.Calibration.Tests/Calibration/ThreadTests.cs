using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
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
        // Which of libtorch's sums depend on it, the processor decides. What one unit learns, later ones do not change.
        int same = report.Units.Zip(other.Units).TakeWhile(static p => IsSame(p.First) && IsSame(p.Second)).Count();
        Assert.InRange(same, 1, report.Units.Count);
        Assert.Equal(Of(report, same), Of(other, same));
        if (same == report.Units.Count)
            Assert.Equal(one, two);

        static bool IsSame(UnitReport unit) => unit.ThreadDependent is { Count: 0 };

        // What is learned in the first units.
        static string Of(CalibrationOutcome outcome, int units) =>
            TensorHash.Of(
                ArtifactWriter.Tensors(outcome.State)
                    .Where(t => outcome.Units.Take(units).SelectMany(static u => u.Layers)
                        .Any(layer => t.Key.StartsWith($"quantized.{layer}.", StringComparison.Ordinal))));

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
        set_num_threads(threads);
        manual_seed(7);
        using var net = new ThreadedNet();
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            ThreadedNet.Descriptor, ThreadedNet.Descriptor.Settings, net, randn(32, 4));
        Assert.Equal(["output", "threaded", "threaded.output"], outcome.Units[0].ThreadDependent!);
        Assert.Empty(outcome.Units[1].ThreadDependent!);
        string model = Path.GetTempFileName(), report = Path.ChangeExtension(model, ".json"),
            page = Path.ChangeExtension(model, ".html");
        try
        {
            outcome.Save(model);
            outcome.SaveReport(report, model);
            outcome.SaveReport(page, model);
            const string Expected = "\"threadDependent\": [\n        \"output\"";
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

    [Fact]
    public void What_of_a_training_depends_on_the_number_of_threads_is_named_in_the_report()
    {
        using var net = new ThreadedNet();
        CalibrationOutcome outcome = Train(ThreadedNet.Descriptor, net, randn(32, 4));
        Assert.Equal(
            ["head.bias", "head.weight", "threaded.bias", "threaded.weight"],
            outcome
                .Training!.ThreadDependent.Where(static n => !n.EndsWith(" grid", StringComparison.Ordinal))
                .Order());
        Assert.Contains("threaded.output grid", outcome.Training.ThreadDependent);
    }

    [Fact]
    public void Training_gives_the_same_bytes_where_its_trial_does()
    {
        manual_seed(7);
        Tensor inputs = randn(128, 64);
        CalibrationOutcome one = Run(1), two = Run(2);
        // Which of libtorch's sums depend on it, the processor decides.
        if (one.Training!.ThreadDependent.Count + two.Training!.ThreadDependent.Count == 0)
        {
            Assert.Equal(
                TensorHash.Of(ArtifactWriter.Tensors(one.State)), TensorHash.Of(ArtifactWriter.Tensors(two.State)));
        }

        CalibrationOutcome Run(int threads)
        {
            set_num_threads(threads);
            manual_seed(3);
            using var model = new WideNet();
            return Train(WideNet.Descriptor, model, inputs);
        }
    }

    private static CalibrationOutcome Train(
        QuantizedModelDescriptor descriptor, nn.Module<Tensor, Tensor> model, Tensor inputs)
    {
        Tensor classes;
        using (no_grad())
            classes = model.call(inputs).argmax(1);
        return ModelQuantizer.Quantize(
            descriptor,
            descriptor.Settings with
            {
                Method = Method.Lsq,
                RangeSamples = 32,
                Training = new TrainingSettings { Epochs = 2, BatchSize = 16 },
            },
            model,
            new TrainingData(inputs, classes));
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
