using System.CommandLine;
using Cifar10.Data;
using Cifar10.Training;
using QDrop;
using QDrop.Artifacts;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Reports;
using QDrop.Calibration.Weights;
using QDrop.Safetensors;

namespace Cifar10.Commands;

/// <summary>Trains ResNet-20 on the 50,000 training images.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var from = new Option<string?>("--from") { Description = "Weights to begin with instead of fresh ones." };
        var epochs = new Option<int>("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 24 };
        var batch = new Option<int>("--batch-size") { Description = "Images in a step.", DefaultValueFactory = _ => 128 };
        var rate = new Option<double>("--learning-rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 0.2 };
        var decay = new Option<double>("--weight-decay") { Description = "Weight decay.", DefaultValueFactory = _ => 5e-4 };
        var seed = new Option<long>("--seed") { Description = "Seed of weights, order and augmentation.", DefaultValueFactory = _ => 1 };
        var threads = CommonOptions.Threads();
        var output = new Option<string>("--output") { Description = "File for the weights.", DefaultValueFactory = _ => "weights/resnet20.safetensors" };
        var checkpoints = new Option<string?>("--checkpoints") { Description = "Folder for checkpoints; <output>.checkpoints by default." };
        var log = new Option<string?>("--log") { Description = "File to append the log to." };
        var restart = new Option<bool>("--restart") { Description = "Forget an interrupted run instead of continuing it." };
        var data = CommonOptions.Data();
        var command = new Command("train", "Train the float weights; an interrupted run continues after its last whole epoch.")
        {
            from, epochs, batch, rate, decay, seed, threads, output, checkpoints, log, restart, data,
        };
        CommonOptions.AtLeast(1, epochs, batch);
        command.SetAction(parsed =>
        {
            var options = new TrainingOptions
            {
                From = parsed.GetValue(from),
                Epochs = parsed.GetValue(epochs),
                BatchSize = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(rate),
                WeightDecay = parsed.GetValue(decay),
                Seed = parsed.GetValue(seed),
                Threads = parsed.GetValue(threads),
            };
            var target = parsed.GetValue(output)!;
            var store = new Checkpoints(parsed.GetValue(checkpoints) ?? target + ".checkpoints");
            if (parsed.GetValue(restart))
                store.Clear();
            Run(options, CifarFolder.Find(parsed.GetValue(data)), store, target, parsed.GetValue(log));
            return 0;
        });
        return command;
    }

    private static void Run(TrainingOptions options, CifarFolder folder, Checkpoints checkpoints, string output, string? logFile)
    {
        using var log = new TrainingLog(Terminal.Open(), logFile);
        using var trainer = new Trainer(options, folder.Train(), folder.Test());
        var epochs = new List<EpochReport>(checkpoints.Resume(options, trainer.Load));
        log.Line($"{(epochs.Count == 0 ? "start" : "continue")} at epoch {epochs.Count + 1}: {options}");
        while (epochs.Count < options.Epochs)
        {
            var report = log.Watch($"epoch {epochs.Count + 1}/{options.Epochs}", trainer.StepsPerEpoch, progress => trainer.RunEpoch(epochs.Count, progress));
            epochs.Add(report);
            checkpoints.Write(options, epochs, trainer.Save);
            var left = TimeSpan.FromSeconds(report.Seconds * (options.Epochs - report.Epoch));
            log.Line($"epoch {report.Epoch}/{options.Epochs}: loss {report.Loss:f4}, top-1 {report.Accuracy:f2} % (augmented), {report.Test:f2} % (test), {report.Seconds:f0} s, {left.TotalMinutes:f0} min left");
        }

        // The file goes to other machines: it names what it came from, not where that lay.
        var training = options with { From = Path.GetFileName(options.From) };
        SafetensorsFile.Write(output, trainer.Model.state_dict(), new Dictionary<string, string> { ["format"] = "pt", ["training"] = training.ToString() });
        log.Line($"wrote {output}: test top-1 {epochs[^1].Test:f2} %, {epochs.Sum(static e => e.Seconds) / 60:f0} min");
    }
}
