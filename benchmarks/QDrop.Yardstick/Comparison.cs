using System.Diagnostics;

namespace QDrop.Yardstick;

/// <summary>Runs both programs in turns and prints a table of ratios.</summary>
internal static class Comparison
{
    public static void Run(Workload workload, string python, int rounds)
    {
        List<Figures> theirs = [], ours = [];
        for (int round = 0; round < rounds; round++)
        {
            theirs.Add(
                Start(python, [Path.Combine(AppContext.BaseDirectory, "yardstick.py"), .. workload.Arguments()]));
            ours.Add(Start(Environment.ProcessPath!, [.. Itself(), "own", .. workload.Arguments()]));
        }

        Console.WriteLine(
            $"W{workload.W}A{workload.A}, Drop {workload.Drop}, {workload.Iterations} iterations a unit, "
                + $"{workload.Threads} threads, medians of {rounds} runs each");
        Console.WriteLine();
        Console.WriteLine("| | yardstick | QDrop | ratio |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (string unit in ours[0].IterationsPerSecond.Keys)
            Row($"{unit}, iterations/s", f => f.IterationsPerSecond[unit], "f1", moreIsBetter: true);
        Row("**whole network, iterations/s**", static f => f.WholeRate, "f1", moreIsBetter: true);
        Row("reconstruction with all around it, s", static f => f.ReconstructionSeconds, "f1", moreIsBetter: false);
        Row("weight ranges, s", static f => f.WeightRangeSeconds, "f3", moreIsBetter: false);
        Row("activation ranges, s", static f => f.ActivationRangeSeconds, "f3", moreIsBetter: false);
        Row("**range search, s**", static f => f.RangeSeconds, "f3", moreIsBetter: false);
        Row("**peak memory, MiB**", static f => f.PeakBytes / 1048576.0, "f0", moreIsBetter: false);
        Console.WriteLine();
        Console.WriteLine(
            "QDrop's time by phase, s: "
                + string.Join(
                    ", ",
                    ours[0].Phases.Keys.Select(phase => $"{phase} {Median(ours.Select(f => f.Phases[phase])):f2}"))
                + ".");
        Console.WriteLine(
            $"Error of QDrop's ranges relative to the yardstick's, greatest: weights {Worst(f => f.WeightErrors):f5}, "
                + $"activations {Worst(f => f.ActivationErrors):f5}.");
        Console.WriteLine();

        void Row(string what, Func<Figures, double> figure, string format, bool moreIsBetter)
        {
            double their = Median(theirs.Select(figure)), our = Median(ours.Select(figure));
            Console.WriteLine(
                $"| {what} | {their.ToString(format)} | {our.ToString(format)} | "
                    + $"{(moreIsBetter ? our / their : their / our):f2} |");
        }

        double Worst(Func<Figures, IReadOnlyList<double>> errors) =>
            errors(ours[0]).Zip(errors(theirs[0])).Max(static p => p.First / p.Second);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Where <c>dotnet</c> runs this program, its name comes first.</summary>
    private static string[] Itself() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(Comparison).Assembly.Location]
            : [];

    private static Figures Start(string program, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}.");
        return Figures.Parse(output);
    }
}
