using System.CommandLine;
using Cifar10.Data;
using Experiments.Training;
using QDrop;

namespace Experiments.Commands;

/// <summary>Trains ResNet-20 on the 50,000 training images.</summary>
internal static class TrainCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var from = new Option<string?>("--from") { Description = "Weights to begin with instead of fresh ones." };
        Option<int> epochs = CommonOptions.Of("--epochs", 24, "Passes over the training images.");
        Option<int> batch = CommonOptions.Of("--batch-size", 128, "Images in a step.");
        Option<double> rate = CommonOptions.Of("--learning-rate", 0.2, "Highest learning rate.");
        Option<double> decay = CommonOptions.Of("--weight-decay", 5e-4, "Weight decay.");
        Option<long> seed = CommonOptions.Of("--seed", 1L, "Seed of weights, order and augmentation.");
        Option<int> threads = CommonOptions.Threads();
        Option<string> output = CommonOptions.Of("--output", "weights/resnet20.safetensors", "File for the weights.");
        var checkpoints = new Option<string?>("--checkpoints")
        {
            Description = "Folder for checkpoints; <output>.checkpoints by default.",
        };
        var log = new Option<string?>("--log") { Description = "File to append the log to." };
        var restart = new Option<bool>("--restart")
        {
            Description = "Forget an interrupted run instead of continuing it.",
        };
        Option<string?> data = CommonOptions.Data();
        var command = new Command(
            "train", "Train the float weights; an interrupted run continues after its last whole epoch.")
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
            string target = parsed.GetValue(output)!;
            var store = new Checkpoints(parsed.GetValue(checkpoints) ?? target + ".checkpoints");
            if (parsed.GetValue(restart))
                store.Clear();
            Run(options, CifarFolder.Find(parsed.GetValue(data)), store, target, parsed.GetValue(log));
            return 0;
        });
        return command;
    }

    private static void Run(
        TrainingOptions options, CifarFolder folder, Checkpoints checkpoints, string output, string? logFile)
    {
        using var log = new TrainingLog(Terminal.Open(), logFile);
        using var trainer = new Trainer(options, folder.Train(), folder.Test());
        var epochs = new List<EpochReport>(checkpoints.Resume(options, trainer.Load));
        log.Line($"{(epochs.Count == 0 ? "start" : "continue")} at epoch {epochs.Count + 1}: {options}");
        while (epochs.Count < options.Epochs)
        {
            EpochReport report = log.Watch(
                $"epoch {epochs.Count + 1}/{options.Epochs}",
                trainer.StepsPerEpoch,
                progress => trainer.RunEpoch(epochs.Count, progress));
            epochs.Add(report);
            checkpoints.Write(options, epochs, trainer.Save);
            log.Line(report, options.Epochs);
        }

        // The file goes to other machines: it has the name of the weights that it started from, not their place here.
        TrainingOptions training = options with { From = Path.GetFileName(options.From) };
        SafetensorsFile.Write(output, trainer.Model.state_dict(), new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["training"] = training.ToString(),
        });
        log.Line($"wrote {output}: test top-1 {epochs[^1].Test:f2} %, {epochs.Sum(static e => e.Seconds) / 60:f0} min");
    }
}
