using System.CommandLine;
using Cifar10.Data;
using QDrop;
using static TorchSharp.torch;

namespace Experiments.Commands;

/// <summary>Trains with quantization and appends the result to a table: the runs of docs/results.md.</summary>
internal static class TrainQuantizedCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var defaults = new TrainingSettings();
        Option<string> weights = CommonOptions.Weights();
        Option<int> w = CommonOptions.Of(
            "--w", 4, "Bit width of weights; the largest one where bit widths are learned.");
        Option<int> a = CommonOptions.Of(
            "--a", 4, "Bit width of activations; the largest one where bit widths are learned.");
        Option<Method> method = CommonOptions.Of("--method", Method.Cpq, "Cpq or Lsq.");
        Option<double> dropBits = CommonOptions.Of(
            "--drop-bits", defaults.DropBits, "Probability that a level of a grid is dropped in a step.");
        Option<double> penalty = CommonOptions.Of(
            "--bit-penalty",
            defaults.BitPenalty,
            "Weight of the penalty that learns bit widths; 0 where they are fixed.");
        Option<double> gates = CommonOptions.Of(
            "--gate-learning-rate", defaults.GateLearningRate, "First learning rate of the gates of bit widths.");
        Option<double> gateShare = CommonOptions.Of(
            "--gate-share", defaults.GateShare, "Share of the epochs in which bit widths are learned.");
        Option<long[]> seeds = CommonOptions.Seeds();
        Option<int> epochs = CommonOptions.Of("--epochs", defaults.Epochs, "Passes over the training images.");
        Option<int> images = CommonOptions.Of("--images", 20_000, "Training images, the first ones.");
        Option<int> test = CommonOptions.Of("--test-images", 10_000, "Test images, the first ones.");
        Option<int> batch = CommonOptions.Of("--batch-size", defaults.BatchSize, "Images in a step.");
        Option<double> rate = CommonOptions.Of(
            "--learning-rate", defaults.LearningRate, "First learning rate of the weights.");
        Option<double> straight = CommonOptions.Of(
            "--straight-through", defaults.StraightThrough, "Weight of the straight-through gradient (Cpq).");
        Option<double> cluster = CommonOptions.Of(
            "--cluster-gradient",
            defaults.ClusterGradient,
            "Weight of the chosen probability's gradient for weights (Cpq).");
        Option<double> activations = CommonOptions.Of(
            "--activation-cluster-gradient", defaults.ActivationClusterGradient, "The same for activations.");
        Option<string> output = CommonOptions.Of("--output", "training.csv", "CSV file to append to.");
        Option<int> threads = CommonOptions.Threads();
        Option<string?> data = CommonOptions.Data();
        var command = new Command(
            "train-quantized", "Train with quantization from float weights and append the accuracy to a CSV file.")
        {
            weights, w, a, method, dropBits, penalty, gates, gateShare, seeds, epochs, images, test, batch, rate,
            straight, cluster, activations, output, threads, data,
        };
        method.AcceptOnlyFromAmong(nameof(Method.Cpq), nameof(Method.Lsq));
        CommonOptions.AtLeast(1, epochs, images, test, batch);
        command.SetAction((parsed, cancellation) =>
        {
            set_num_threads(parsed.GetValue(threads));
            var settings = new QuantizationSettings
            {
                Method = parsed.GetValue(method),
                W = parsed.GetValue(w),
                A = parsed.GetValue(a),
                Training = new()
                {
                    Epochs = parsed.GetValue(epochs),
                    BatchSize = parsed.GetValue(batch),
                    LearningRate = parsed.GetValue(rate),
                    DropBits = parsed.GetValue(dropBits),
                    BitPenalty = parsed.GetValue(penalty),
                    GateLearningRate = parsed.GetValue(gates),
                    GateShare = parsed.GetValue(gateShare),
                    StraightThrough = parsed.GetValue(straight),
                    ClusterGradient = parsed.GetValue(cluster),
                    ActivationClusterGradient = parsed.GetValue(activations),
                },
            };
            var folder = CifarFolder.Find(parsed.GetValue(data));
            var run = new QuantizedTrainingRun(
                folder.Train(parsed.GetValue(images)),
                First(folder.Test(), parsed.GetValue(test)),
                parsed.GetValue(weights)!,
                cancellation);
            foreach (long seed in parsed.GetValue(seeds)!)
            {
                string line = run.Train(settings with { Seed = seed });
                ResultsFile.Append(parsed.GetValue(output)!, QuantizedTrainingRun.Header, line);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static CifarImages First(CifarImages images, int count)
    {
        int taken = Math.Min(count, images.Count);
        return new CifarImages(images.Pixels[..(taken * CifarImages.Size)], images.Labels[..taken]);
    }
}
