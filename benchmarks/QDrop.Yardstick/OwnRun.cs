using System.Diagnostics;
using Cifar10;
using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>QDrop's run, in a process of its own as the yardstick's is.</summary>
internal static class OwnRun
{
    public static Figures Of(Workload workload)
    {
        set_num_threads(workload.Threads);
        using DisposeScope scope = NewDisposeScope();
        using var model = new ResNet20();
        WeightFile.LoadInto(model, workload.Weights);
        model.eval();
        var settings = new QuantizationSettings
        {
            W = workload.W,
            A = workload.A,
            Drop = workload.Drop,
            Iterations = workload.Iterations,
            Seed = workload.Seed,
        };
        Tensor inputs = ReadInputs(workload.Inputs);
        settings = settings with { Samples = (int)inputs.shape[0] };
        using var prepared = new PreparedModel(ResNet20.Quantized.Descriptor, model);
        using var run = new PostTrainingQuantizer(
            prepared, settings, new CalibrationSet([inputs]), progress: null, default);
        run.Discover();
        run.SearchRanges();
        double[] weightErrors = [.. prepared.Twin.Context.Layers.Select(static l => l.Weight.Calibration.RangeError)];
        double[] activationErrors = [.. prepared.Twin.Context.Activations.Select(static a => a.Calibration.RangeError)];
        run.Reconstruct();
        CalibrationOutcome outcome = run.Outcome();
        IReadOnlyDictionary<CalibrationPhase, double> seconds = outcome.Profile.Seconds;
        return new Figures(
            seconds[CalibrationPhase.WeightRanges],
            seconds[CalibrationPhase.ActivationRanges],
            weightErrors,
            activationErrors,
            outcome.Units.ToDictionary(static u => u.Name, u => workload.Iterations / u.LearningSeconds),
            outcome.Units.Sum(static u => u.Seconds),
            PeakBytes())
        { Phases = seconds.ToDictionary(static s => s.Key.ToString(), static s => s.Value) };
    }

    private static Tensor ReadInputs(string path)
    {
        using FileStream file = File.OpenRead(path);
        Tensor inputs = empty(file.Length / (3 * 32 * 32 * sizeof(float)), 3, 32, 32);
        file.ReadExactly(inputs.bytes);
        return inputs;
    }

    private static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
