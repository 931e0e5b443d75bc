using System.CommandLine;
using System.Globalization;
using Cifar10.Data;
using QDrop;
using static TorchSharp.torch;

namespace Experiments.Commands;

/// <summary>Quantizes with given settings and appends the result to a table: the runs of docs/results.md.</summary>
internal static class ReproduceCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<string> weights = CommonOptions.Weights();
        Option<int> w = CommonOptions.Of("--w", 4, "Bit width of weights.");
        Option<int> a = CommonOptions.Of("--a", 4, "Bit width of activations.");
        Option<double> drop = CommonOptions.Of(
            "--drop", 0.5, "Probability that an activation's quantization is dropped.");
        Option<Method> method = CommonOptions.Of("--method", Method.QDrop, "Method that finds the quantized weights.");
        Option<Scale> scale = CommonOptions.Of("--scale", Scale.Free, "Steps that grids may have.");
        var norm = new Option<string?>("--norm")
        {
            Description = "Power of errors in the loss, 1 to 4, or Auto; 2 by default.",
        };
        Option<CalibrationOrder> order = CommonOptions.Of(
            "--order", CalibrationOrder.UpFront, "When activation ranges are searched.");
        Option<long[]> seeds = CommonOptions.Seeds();
        Option<int> iterations = CommonOptions.Of("--iterations", 2_000, "Iterations of a unit.");
        var budget = new Option<string?>("--budget")
        {
            Description = "Budget of bit widths, such as \"3.0 bits\" or \"100 KiB\"; without one every layer has --w.",
        };
        var largest = new Option<int?>("--max-w") { Description = "Largest bit width of weights under a budget." };
        var report = new Option<string?>("--report")
        {
            Description = "File for the page of the report (.html); the last seed's page stays.",
        };
        Option<string> output = CommonOptions.Of("--output", "results.csv", "CSV file to append to.");
        Option<int> threads = CommonOptions.Threads();
        Option<string?> data = CommonOptions.Data();
        var command = new Command("reproduce", "Quantize with given settings and append the accuracy to a CSV file.")
        {
            weights, w, a, drop, method, scale, norm, order, seeds, iterations, budget, largest, report, output,
            threads, data,
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
            var run = new QuantizationRun(folder, parsed.GetValue(weights)!, cancellation);
            foreach (long seed in parsed.GetValue(seeds)!)
            {
                string line = run.Quantize(settings with { Seed = seed }, parsed.GetValue(report));
                ResultsFile.Append(parsed.GetValue(output)!, QuantizationRun.Header, line);
            }

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
}
