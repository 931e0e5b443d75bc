using System.Diagnostics;
using Cifar10;
using Cifar10.Data;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Safetensors;
using QDrop.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>
/// Reconstructs and trains beside a thread that does nothing but collect garbage, and compares the bytes that come out
/// with those of runs without it. What native code uses must be held by somebody while it does; else it crashes here,
/// or other bytes come out.
/// </summary>
internal static class Stress
{
    private const int Samples = 256;

    /// <summary>Runs all cases in turns until the time is over.</summary>
    /// <returns>0 if all bytes were the same.</returns>
    public static int Run(string weights, int threads, int iterations, TimeSpan duration)
    {
        set_num_threads(threads);
        using DisposeScope scope = NewDisposeScope();
        CifarImages images = CifarFolder.Find().Train(Samples);
        Tensor inputs = Batch.Of(images, 0, Samples).Inputs;
        var data = new TrainingData(inputs, tensor(images.Labels));
        // TorchSharp's own constructors are not what is tested.
        using var model = new ResNet20();
        WeightFile.LoadInto(model, weights);
        (string Name, int Iterations, Func<IProgress<CalibrationProgress>?, string> Run)[] cases =
        [
            .. Cases(iterations)
                .Select(c =>
                    (
                        c.Name,
                        c.Iterations,
                        (Func<IProgress<CalibrationProgress>?, string>)(
                            progress => Bytes(model, c.Settings, inputs, data, progress)))),
        ];
        string[] expected = [.. cases.Select(static c => c.Run(null))];

        using var collector = new Collector();
        long collections = 0, done = 0, different = 0;
        var clock = Stopwatch.StartNew();
        for (int round = 0; clock.Elapsed < duration; round++)
        {
            int i = round % cases.Length;
            collector.Pause();
            bool same = cases[i].Run(collector) == expected[i];
            different += same ? 0 : 1;
            done += cases[i].Iterations;
            Console.WriteLine(
                $"{clock.Elapsed:mm\\:ss} {cases[i].Name}: {(same ? "the same bytes" : "OTHER BYTES")}, "
                    + $"{collector.Collections - collections:n0} collections");
            collections = collector.Collections;
        }
        Console.WriteLine(
            $"{clock.Elapsed:mm\\:ss}: {done:n0} iterations and training steps, {collector.Collections:n0} "
                + $"collections, {different} runs with other bytes.");
        return different == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Name, int Iterations, QuantizationSettings Settings)> Cases(int iterations)
    {
        var settings = new QuantizationSettings
        {
            W = 2,
            A = 4,
            Samples = Samples,
            RangeSamples = 64,
            Iterations = iterations,
            Seed = 1,
        };
        var training = new TrainingSettings { Epochs = 2, BatchSize = 32 };
        const int Units = 11, Steps = 2 * Samples / 32;
        yield return ("QDrop", Units * iterations, settings);
        yield return (
            "QDrop, scales and offsets of each channel",
            Units * iterations,
            settings with
            {
                ActivationLearning = ActivationLearning.LsqPlus,
                ActivationsPerChannel = true,
            });
        yield return ("QDrop, powers of two", Units * iterations, settings with { Scale = Scale.PowerOfTwo });
        yield return ("QDrop, Fisher", Units * iterations, settings with { Loss = LossKind.Fisher });
        yield return ("LSQ", Steps, settings with { Method = Method.Lsq, Training = training });
        yield return (
            "CPQ with DropBits",
            Steps,
            settings with
            {
                Method = Method.Cpq,
                Training = training with { DropBits = 0.1 },
            });
    }

    private static string Bytes(
        ResNet20 model,
        QuantizationSettings settings,
        Tensor inputs,
        TrainingData data,
        IProgress<CalibrationProgress>? progress)
    {
        using DisposeScope scope = NewDisposeScope();
        CalibrationOutcome outcome = settings.Training is null
            ? ModelQuantizer.Quantize(ResNet20.Quantized.Descriptor, settings, model, inputs, progress)
            : ModelQuantizer.Quantize(ResNet20.Quantized.Descriptor, settings, model, data, progress);
        return TensorHash.Of(ArtifactWriter.Tensors(outcome.State));
    }
}
