using System.Globalization;
using Cifar10.Data;
using QDrop;
using Spectre.Console;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cifar10;

/// <summary>Writes the tables that compare the float model with the quantized one.</summary>
internal static class Comparison
{
    /// <summary>Runs three forms of a model, and writes how they compare.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="quantized">The quantized model in TorchSharp.</param>
    /// <param name="program">The quantized model in integers.</param>
    /// <param name="images">The images.</param>
    /// <param name="bits">The quantized model's bit widths, such as <c>W4A4</c>.</param>
    public static void Write(
        Module<Tensor, Tensor> model, Module<Tensor, Tensor> quantized, QuantizedProgram program, CifarImages images,
        string bits)
    {
        var simulated = Evaluation.Run(quantized, images);
        Write(Evaluation.Run(model, images), simulated, bits);
        WriteProgram(simulated, Evaluation.Run(program, images));
    }

    /// <summary>Writes the accuracy of both models for each class.</summary>
    /// <param name="before">The float model's evaluation.</param>
    /// <param name="after">The quantized model's evaluation on the same images.</param>
    /// <param name="bits">The quantized model's bit widths, such as <c>W4A4</c>.</param>
    private static void Write(Evaluation before, Evaluation after, string bits)
    {
        Table table = NewTable("Top-1 accuracy on the CIFAR-10 test set, %", "class", "float", bits, "difference");
        for (int i = 0; i < CifarImages.Classes.Count; i++)
            Row(CifarImages.Classes[i], before.Top1Of(i), after.Top1Of(i));
        table.AddEmptyRow();
        Row("all", before.Top1, after.Top1);
        AnsiConsole.Write(table);

        void Row(string name, double left, double right) =>
            table.AddRow(name, Text($"{left:f2}"), Text($"{right:f2}"), Text($"{right - left:+0.00;-0.00;0.00}"));
    }

    /// <summary>Writes how the quantized model in integers compares with its simulation in TorchSharp.</summary>
    /// <param name="simulated">The evaluation of the quantized model in TorchSharp.</param>
    /// <param name="integers">That of its program.</param>
    private static void WriteProgram(Evaluation simulated, Evaluation integers)
    {
        Table table = NewTable(
            "The quantized model in integers, without libtorch",
            "same class as in TorchSharp", "accuracy, %", "ms an image", "in TorchSharp");
        table.AddRow(
            Text($"{integers.Agreement(simulated):n0} of {integers.Predicted.Length:n0}"),
            Text($"{integers.Top1:f2}"),
            Text($"{integers.MillisecondsPerImage:f2}"),
            Text($"{simulated.MillisecondsPerImage:f2}"));
        AnsiConsole.Write(table);
    }

    /// <summary>Writes the sizes of both files.</summary>
    /// <param name="weights">File of the float weights.</param>
    /// <param name="artifact">File of the quantized model.</param>
    public static void WriteSizes(string weights, string artifact)
    {
        long before = new FileInfo(weights).Length, after = new FileInfo(artifact).Length;
        Table table = NewTable("Size of the file, bytes", "float", "quantized", "compression");
        table.AddRow(Text($"{before:n0}"), Text($"{after:n0}"), Text($"{(double)before / after:f1} ×"));
        AnsiConsole.Write(table);
    }

    private static Table NewTable(string title, params ReadOnlySpan<string> columns)
    {
        var table = new Table { Title = new TableTitle(title) };
        foreach (string column in columns)
            table.AddColumn(new TableColumn(column) { Alignment = column == "class" ? Justify.Left : Justify.Right });
        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
