using System.Globalization;
using QDrop.Benchmarks;
using QDrop.Benchmarks.Generator;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["generator"])
{
    GeneratorBenchmarks.Run();
    return;
}

if (args is ["deploy", string program, string model, string sample])
{
    DeploymentBenchmark.Run(program, model, sample);
    return;
}

int iterations = Option("--iterations", 1000);
int threads = Option("--threads", 0);
int[] counts = threads == 0 ? [1, 2] : [threads];

foreach (int count in counts)
{
    torch.set_num_threads(count);
    Console.WriteLine(
        $"{count} thread(s), {iterations} iterations, W2 A4 Drop 0.5, batch 32; milliseconds an iteration");
    Console.WriteLine(
        $"{"block",-28}{"memory order",-16}{"wall",8}{"cpu",8}{"conv",8}{"cpu",8}  processor time of single "
            + "passes");
    foreach (BlockShape shape in BlockShape.ResNet20)
    {
        foreach (bool channelsLast in new[] { true, false })
            BlockBenchmark.Run(shape, channelsLast, iterations);
    }
    Console.WriteLine();
}
RangeBenchmark.Run();

int Option(string name, int otherwise)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
