using QDrop.InferenceBenchmarks.Graphs;
using QDrop.InferenceBenchmarks.Models;

namespace QDrop.InferenceBenchmarks;

/// <summary>Times QDrop's engine beside ONNX Runtime, and writes tables in Markdown.</summary>
internal static class InferenceBenchmark
{
    private const string Int8 = "int8, our QDQ export", Float = "float32", Dynamic = "int8, dynamic";

    /// <summary>A row of the table.</summary>
    /// <param name="Title">The model's name.</param>
    /// <param name="Model">Its class.</param>
    /// <param name="WeightBits">Bits of a weight.</param>
    /// <param name="ActivationBits">Bits of a code.</param>
    /// <param name="Batch">Samples of a run.</param>
    /// <param name="Threads">Threads of a run.</param>
    /// <param name="Goals">What the time may be of another one's, at most.</param>
    private sealed record Row(
        string Title,
        string Model,
        int WeightBits,
        int ActivationBits,
        int Batch,
        int Threads,
        params (string Beside, double Most)[] Goals);

    private static readonly Row[] Rows =
    [
        new("ResNet-20", nameof(ResNet20), 4, 4, 1, 1, (Int8, 0.8), (Float, 0.35)),
        new("ResNet-20", nameof(ResNet20), 4, 4, 64, 1, (Int8, 0.8), (Float, 0.35)),
        new("ResNet-20", nameof(ResNet20), 2, 2, 1, 1, (Int8, 0.7)),
        new("ResNet-20", nameof(ResNet20), 2, 2, 64, 1, (Int8, 0.7)),
        new("ResNet-18, 224 × 224", nameof(ResNet18), 4, 4, 1, 1),
        new("ResNet-18, 224 × 224", nameof(ResNet18), 4, 4, 1, 2, (Int8, 1)),
        new("BERT, 6 layers", nameof(Bert), 4, 8, 1, 1, (Dynamic, 1)),
        new("BERT, 6 layers", nameof(Bert), 4, 8, 1, 2),
    ];

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where models are written, if they are not there.</param>
    /// <param name="seconds">How long each row takes, about.</param>
    /// <param name="only">Classes of the models that are timed; empty for all.</param>
    public static void Run(string folder, double seconds, string[] only)
    {
        Console.WriteLine(
            "| Model | Batch | Threads | QDrop | Beside ONNX Runtime | Its time | Ratio | Ratio of the quickest tenth "
                + "| Goal |");
        Console.WriteLine("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |");
        foreach (Row row in Rows)
        {
            if (only.Length == 0 || only.Contains(row.Model))
                Time(row, folder, seconds);
        }
    }

    private static void Time(Row row, string folder, double seconds)
    {
        string path = QuantizedModels.Make(folder, row.Model, row.WeightBits, row.ActivationBits);
        string own = Path.Combine(folder, $"{row.Model}-W{row.WeightBits}A{row.ActivationBits}");
        ModelInput[] inputs;
        using (var program = QuantizedProgram.Load(path))
        {
            inputs = ModelInput.Of(program, row.Batch, Bert.Words);
            // As the build writes it: samples give grids to convolutions that have none.
            program.ToOnnx($"{own}.int8.onnx", new() { Samples = ModelInput.Call(program, inputs) });
            using QuantizedProgram floats = FloatModel.Of(program);
            floats.ToOnnx($"{own}.float.onnx");
        }
        var runners = new List<IRunner>
        {
            new OwnRunner(path, inputs, row.Threads),
            new OnnxRunner(Int8, $"{own}.int8.onnx", inputs, row.Threads),
            new OnnxRunner(Float, $"{own}.float.onnx", inputs, row.Threads),
        };
        if (row.Model == nameof(Bert))
        {
            DynamicModel.Write($"{own}.float.onnx", $"{own}.dynamic.onnx");
            runners.Add(new OnnxRunner(Dynamic, $"{own}.dynamic.onnx", inputs, row.Threads));
        }
        Rounds.Times[] times = Rounds.Of(runners, seconds);
        float[] ours = runners[0].Output;
        for (int i = 1; i < runners.Count; i++)
        {
            string beside = runners[i].Name;
            string goal = string.Concat(row.Goals.Where(g => g.Beside == beside).Select(static g => $"{g.Most}"));
            string title = i == 1 ? $"{row.Title}, W{row.WeightBits}A{row.ActivationBits}" : "";
            Console.WriteLine(
                $"| {title} | {row.Batch} | {row.Threads} | {Text(times[0].Median)} | {beside} "
                    + $"| {Text(times[i].Median)} | {times[0].Median / times[i].Median:0.00} "
                    + $"| {times[0].Quick / times[i].Quick:0.00} | {goal} |");
            Console.Error.WriteLine($"{beside}: outputs differ by {Difference(ours, runners[i].Output):0.0000}");
        }
        runners.ForEach(static r => r.Dispose());
    }

    private static string Text(double microseconds) =>
        microseconds < 1000 ? $"{microseconds:0} µs" : $"{microseconds / 1000:0.00} ms";

    /// <summary>The norm of the difference of outputs, relative to that of the first ones.</summary>
    private static double Difference(float[] ours, float[] theirs)
    {
        double difference = 0, all = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference += Math.Pow(ours[i] - theirs[i], 2);
            all += Math.Pow(ours[i], 2);
        }
        return Math.Sqrt(difference / all);
    }
}
