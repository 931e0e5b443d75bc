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
using QDrop.Calibration.Reports.Page;
using static TorchSharp.torch;

namespace Cifar10.Commands;

/// <summary>Quantizes with given settings and appends what came of it to a table: the runs behind docs/results.md.</summary>
internal static class ReproduceCommand
{
    private const string Header = "w,a,drop,method,order,seed,iterations,float,top1,seconds,budget,bits,bytes,scale,norm";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "Float weights.", Required = true };
        var w = new Option<int>("--w") { Description = "Bit width of weights.", DefaultValueFactory = _ => 4 };
        var a = new Option<int>("--a") { Description = "Bit width of activations.", DefaultValueFactory = _ => 4 };
        var drop = new Option<double>("--drop") { Description = "Probability that an activation's quantization is dropped.", DefaultValueFactory = _ => 0.5 };
        var method = new Option<Method>("--method") { Description = "How quantized weights are found.", DefaultValueFactory = _ => Method.QDrop };
        var scale = new Option<Scale>("--scale") { Description = "Which steps grids may have.", DefaultValueFactory = _ => Scale.Free };
        var norm = new Option<string>("--norm") { Description = "Power of errors in the loss, 1 to 4, or Auto; 2 if not given." };
        var order = new Option<CalibrationOrder>("--order") { Description = "When activation ranges are searched.", DefaultValueFactory = _ => CalibrationOrder.UpFront };
        var seeds = new Option<long[]>("--seeds") { Description = "Seeds, one run each.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1005] };
        var iterations = new Option<int>("--iterations") { Description = "Iterations of a unit.", DefaultValueFactory = _ => 2_000 };
        var budget = new Option<string?>("--budget") { Description = "Budget of bit widths, such as \"3.0 bits\" or \"100 KiB\"; without one every layer has --w." };
        var largest = new Option<int?>("--max-w") { Description = "Largest bit width of weights that the budget may be spent on." };
        var report = new Option<string?>("--report") { Description = "Where the page of the report is written; that of the last seed stays." };
        var output = new Option<string>("--output") { Description = "CSV file to append to.", DefaultValueFactory = _ => "results.csv" };
        var threads = CommonOptions.Threads();
        var data = CommonOptions.Data();
        var command = new Command("reproduce", "Quantize with given settings and append the accuracy to a CSV file.")
        {
            weights, w, a, drop, method, scale, norm, order, seeds, iterations, budget, largest, report, output, threads, data,
        };
        command.SetAction((parsed, cancellation) =>
        {
            set_num_threads(parsed.GetValue(threads));
            var settings = new QuantizationSettings
            {
                W = parsed.GetValue(w),
                A = parsed.GetValue(a),
                Drop = parsed.GetValue(drop),
                Method = parsed.GetValue(method),
                Order = parsed.GetValue(order),
                Iterations = parsed.GetValue(iterations),
                Budget = parsed.GetValue(budget) is { } text ? BitBudget.Parse(text) : null,
                MaxW = parsed.GetValue(largest),
                Scale = parsed.GetValue(scale),
                Norm = Power(parsed.GetValue(norm)),
            };
            var folder = CifarFolder.Find(parsed.GetValue(data));
            var run = new Reproduction(folder, parsed.GetValue(weights)!, cancellation);
            foreach (var seed in parsed.GetValue(seeds)!)
                ResultsFile.Append(parsed.GetValue(output)!, Header, run.Quantize(settings with { Seed = seed }, parsed.GetValue(report)));
            return Task.FromResult(0);
        });
        return command;
    }

    private static double? Power(string? norm) => norm switch
    {
        null => null,
        _ when norm.Equals(nameof(Norm.Auto), StringComparison.OrdinalIgnoreCase) => Norm.Auto,
        _ => double.Parse(norm, CultureInfo.InvariantCulture),
    };

    private static string Name(QuantizationSettings settings) => (settings.Norm ?? 2) is var power and not Norm.Auto
        ? power.ToString(CultureInfo.InvariantCulture)
        : nameof(Norm.Auto);

    private sealed class Reproduction
    {
        private readonly Tensor _inputs;
        private readonly Baseline _baseline;
        private readonly CancellationToken _cancellation;

        public Reproduction(CifarFolder folder, string weights, CancellationToken cancellation)
        {
            _cancellation = cancellation;
            _baseline = new Baseline(weights, folder.Test());
            var calibration = folder.Train(new QuantizationSettings().Samples);
            _inputs = Batch.Of(calibration, 0, calibration.Count).Inputs;
        }

        /// <summary>Quantizes and evaluates.</summary>
        /// <param name="settings">How.</param>
        /// <param name="report">Where the page of the report is written; <see langword="null"/> for nowhere.</param>
        /// <returns>A line of the table.</returns>
        public string Quantize(QuantizationSettings settings, string? report)
        {
            var clock = Stopwatch.StartNew();
            using var model = _baseline.Model();
            CalibrationOutcome outcome;
            using (var progress = ProgressLines.Open())
                outcome = ModelQuantizer.Quantize(ResNet20.Quantized.Descriptor, settings, model, _inputs, progress, _cancellation);
            var seconds = clock.Elapsed.TotalSeconds;
            if (outcome.Budget is { } chosen)
                Console.WriteLine("bits: " + string.Join(", ", chosen.Layers.Select(static l => $"{l.Name} {l.Bits}")));
            var top1 = _baseline.Top1Of(outcome.State, report is null ? null : artifact => CalibrationReportPage.Write(report, artifact, outcome));
            long weights = outcome.State.Layers.Sum(static l => l.Levels.numel()), bits = outcome.State.Layers.Sum(static l => l.Levels.numel() * l.Bits);
            var bytes = outcome.State.Layers.Sum(static l => ((l.Levels.numel() * l.Bits) + 7) / 8);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.W},{settings.A},{settings.Drop},{settings.Method},{settings.Order},{settings.Seed},{settings.Iterations},{_baseline.Top1:f2},{top1:f2},{seconds:f0},{settings.Budget},{(double)bits / weights:f4},{bytes},{settings.Scale},{Name(settings)}");
        }
    }
}
