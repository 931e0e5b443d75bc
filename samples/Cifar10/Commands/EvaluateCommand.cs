using System.CommandLine;
using System.Globalization;
using Cifar10.Data;
using QDrop.Calibration;
using QDrop.Artifacts;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Reports;
using QDrop.Calibration.Weights;
using QDrop.Safetensors;
using Spectre.Console;
using static TorchSharp.torch;

namespace Cifar10.Commands;

/// <summary>Compares the float model with the quantized one that the build made.</summary>
internal static class EvaluateCommand
{
    private const string ArtifactName = "Cifar10.ResNet20.qdrop.safetensors";

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var weights = new Option<string>("--weights")
        {
            Description = "Float weights.",
            DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "weights", "resnet20.safetensors"),
        };
        var artifact = new Option<string>("--artifact")
        {
            Description = "Quantized model.",
            DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, ArtifactName),
        };
        var threads = CommonOptions.Threads();
        var data = CommonOptions.Data();
        var command = new Command("evaluate", "Compare the float model with the quantized one on the 10,000 test images.") { weights, artifact, threads, data };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            Run(CifarFolder.Find(parsed.GetValue(data)).Test(), parsed.GetValue(weights)!, parsed.GetValue(artifact)!);
            return 0;
        });
        return command;
    }

    private static void Run(CifarImages test, string weights, string artifact)
    {
        using var floatModel = new ResNet20();
        WeightFile.LoadInto(floatModel, weights);
        using var quantizedModel = ResNet20.LoadQuantized(artifact);
        var settings = Artifact.Read(artifact).Manifest.Settings;

        var before = Evaluation.Run(floatModel, test);
        var after = Evaluation.Run(quantizedModel, test);
        var terminal = Terminal.Open();
        terminal.Write(PerClass(before, after, $"W{settings.W}A{settings.A}"));
        terminal.Write(Sizes(new FileInfo(weights).Length, new FileInfo(artifact).Length));
    }

    private static Table PerClass(Evaluation before, Evaluation after, string quantized)
    {
        var table = new Table { Title = new TableTitle("Top-1 accuracy on the CIFAR-10 test set, %") };
        table.AddColumn("class");
        foreach (var name in (string[])["float", quantized, "difference"])
            table.AddColumn(new TableColumn(name).RightAligned());
        for (var i = 0; i < CifarImages.Classes.Count; i++)
            Row(CifarImages.Classes[i], 100.0 * before.Right[i] / before.Total[i], 100.0 * after.Right[i] / after.Total[i]);
        table.AddEmptyRow();
        Row("all", before.Top1, after.Top1);
        return table;

        void Row(string name, double left, double right) =>
            table.AddRow(name, Text($"{left:f2}"), Text($"{right:f2}"), Text($"{right - left:+0.00;-0.00;0.00}"));
    }

    private static Table Sizes(long before, long after)
    {
        var table = new Table { Title = new TableTitle("Size of the file, bytes") };
        foreach (var name in (string[])["float", "quantized", "compression"])
            table.AddColumn(new TableColumn(name).RightAligned());
        table.AddRow(Text($"{before:n0}"), Text($"{after:n0}"), Text($"{(double)before / after:f1} ×"));
        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
