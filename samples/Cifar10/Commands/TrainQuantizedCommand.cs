using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cifar10.Data;
using QDrop;
using QDrop.Calibration;
using QDrop.Calibration.Checkpoints;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.Calibration.Training;
using static TorchSharp.torch;

namespace Cifar10.Commands;

/// <summary>Trains with quantization from given float weights and appends what came of it to a table: the runs behind docs/results.md.</summary>
internal static class TrainQuantizedCommand
{
    private const string Header = "method,w,a,drop_bits,bit_penalty,seed,epochs,images,float,top1,weight_bits,activation_bits,loss,seconds,images_per_second";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var defaults = new TrainingSettings();
        var weights = new Option<string>("--weights") { Description = "Float weights to begin with.", Required = true };
        var w = new Option<int>("--w") { Description = "Bit width of weights; the greatest one where bit widths are learned.", DefaultValueFactory = _ => 4 };
        var a = new Option<int>("--a") { Description = "Bit width of activations; the greatest one where bit widths are learned.", DefaultValueFactory = _ => 4 };
        var method = new Option<Method>("--method") { Description = "Cpq or Lsq.", DefaultValueFactory = _ => Method.Cpq };
        var dropBits = new Option<double>("--drop-bits") { Description = "Probability that a level of a grid is dropped in a step.", DefaultValueFactory = _ => defaults.DropBits };
        var penalty = new Option<double>("--bit-penalty") { Description = "Weight of the penalty by which bit widths are learned; 0 where they are fixed.", DefaultValueFactory = _ => defaults.BitPenalty };
        var gates = new Option<double>("--gate-learning-rate") { Description = "First learning rate of what decides on bit widths.", DefaultValueFactory = _ => defaults.GateLearningRate };
        var gateShare = new Option<double>("--gate-share") { Description = "Share of the epochs in which bit widths are learned.", DefaultValueFactory = _ => defaults.GateShare };
        var seeds = new Option<long[]>("--seeds") { Description = "Seeds, one run each.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1005] };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => defaults.Epochs };
        var images = new Option<int>("--images") { Description = "Training images, the first ones.", DefaultValueFactory = _ => 20_000 };
        var test = new Option<int>("--test-images") { Description = "Test images, the first ones.", DefaultValueFactory = _ => 10_000 };
        var batch = new Option<int>("--batch-size") { Description = "Images in a step.", DefaultValueFactory = _ => defaults.BatchSize };
        var rate = new Option<double>("--learning-rate") { Description = "First learning rate of the weights.", DefaultValueFactory = _ => defaults.LearningRate };
        var straight = new Option<double>("--straight-through") { Description = "Weight of the straight-through gradient (Cpq).", DefaultValueFactory = _ => defaults.StraightThrough };
        var cluster = new Option<double>("--cluster-gradient") { Description = "Weight of the chosen probability's gradient for weights (Cpq).", DefaultValueFactory = _ => defaults.ClusterGradient };
        var activations = new Option<double>("--activation-cluster-gradient") { Description = "The same for activations.", DefaultValueFactory = _ => defaults.ActivationClusterGradient };
        var output = new Option<string>("--output") { Description = "CSV file to append to.", DefaultValueFactory = _ => "training.csv" };
        var threads = CommonOptions.Threads();
        var data = CommonOptions.Data();
        var command = new Command("train-quantized", "Train with quantization from float weights and append the accuracy to a CSV file.")
        {
            weights, w, a, method, dropBits, penalty, gates, gateShare, seeds, epochs, images, test, batch, rate, straight, cluster, activations, output, threads, data,
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
            var run = new TrainingRuns(folder.Train(parsed.GetValue(images)), First(folder.Test(), parsed.GetValue(test)), parsed.GetValue(weights)!, cancellation);
            foreach (var seed in parsed.GetValue(seeds)!)
                ResultsFile.Append(parsed.GetValue(output)!, Header, run.Train(settings with { Seed = seed }));
            return Task.FromResult(0);
        });
        return command;
    }

    private static CifarImages First(CifarImages images, int count) =>
        new(images.Pixels[..(Math.Min(count, images.Count) * CifarImages.Size)], images.Labels[..Math.Min(count, images.Count)]);

    private sealed class TrainingRuns
    {
        private readonly TrainingData _data;
        private readonly Baseline _baseline;
        private readonly CancellationToken _cancellation;

        public TrainingRuns(CifarImages train, CifarImages test, string weights, CancellationToken cancellation)
        {
            (_baseline, _cancellation) = (new Baseline(weights, test), cancellation);
            var all = Batch.Of(train, 0, train.Count);
            _data = new TrainingData(all.Inputs, all.Labels) { Augment = Augmentation.ShiftAndMirror };
        }

        /// <summary>Trains and evaluates.</summary>
        /// <returns>A line of the table.</returns>
        public string Train(QuantizationSettings settings)
        {
            var clock = Stopwatch.StartNew();
            using var model = _baseline.Model();
            var outcome = ModelQuantizer.Quantize(ModelQuantizer.DescriptorOf(model), settings, model, _data, new Progress(), _cancellation);
            var seconds = clock.Elapsed.TotalSeconds;
            var epochs = outcome.Training!.Epochs;
            var top1 = _baseline.Top1Of(outcome.State);
            var training = settings.Training!;
            var images = _data.Targets.shape[0];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Method},{settings.W},{settings.A},{training.DropBits},{training.BitPenalty},{settings.Seed},{training.Epochs},{images},{_baseline.Top1:f2},{top1:f2},{epochs[^1].WeightBits:f2},{epochs[^1].ActivationBits:f2},{epochs[^1].Loss:f4},{seconds:f0},{training.Epochs * images / epochs.Sum(static e => e.Seconds):f0}");
        }
    }

    /// <summary>A line for each epoch.</summary>
    private sealed class Progress : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value)
        {
            if (value.Phase == "train" && value.Iteration == value.Iterations)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {value.UnitIndex}/{value.UnitCount}: loss {value.Loss:f4}"));
        }
    }
}
