using System.Diagnostics;
using Microsoft.Build.Logging.StructuredLogger;
using QDrop.Protocol;
using Xunit;
using Xunit.Abstractions;

namespace QDrop.Build.Tests;

/// <summary>
/// The worker is killed at random moments; the next one goes on, and in the end the artifact is that of a worker that
/// nobody has killed.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 10, KillsOfOneCalibration = 5, Units = 6;

    /// <summary>128 and the signal's number.</summary>
    private const int Killed = 128 + 9;

    private const string Artifact = "App.DeepNet.qdrop.safetensors", Checkpoint = "App.DeepNet.qdrop.checkpoint";

    [Fact]
    public void Ten_kills_at_random_moments_leave_the_bytes_of_a_calibration_without_any()
    {
        using TestProject project = Project();
        BuildResult build = project.Build("-p:QDropUseCache=false");
        Assert.True(build.ExitCode == 0, build.Output);
        byte[] expected = File.ReadAllBytes(Path.Combine(project.Intermediate, Artifact));
        Assert.False(File.Exists(Path.Combine(project.Intermediate, Checkpoint)));
        WorkerRequest request = Request(build);

        var random = new Random(7);
        (int kills, int resumed, int calibrations) = (0, 0, 0);
        while (kills < Kills)
        {
            Assert.True(calibrations < Kills, "Workers end before they are killed.");
            request.OutputDirectory = project.File($"calibration{++calibrations}");
            int most = Math.Min(Kills, kills + KillsOfOneCalibration);
            for (bool ended = false; !ended;)
            {
                WorkerEnd worker = Run(
                    request,
                    kills == most
                        ? null
                        : new Moment(random.Next(1, Units + 3), TimeSpan.FromMilliseconds(random.Next(60))));
                output.WriteLine(
                    $"{(worker.Killed ? "killed" : "ended")} after {worker.Steps} steps: "
                        + $"{worker.Resumed ?? "from the beginning"}");
                kills += worker.Killed ? 1 : 0;
                resumed += worker.Resumed is null ? 0 : 1;
                ended = !worker.Killed;
                Assert.True(worker.Killed || worker.ExitCode == 0, worker.Log);
            }
            Assert.Equal(expected, File.ReadAllBytes(Path.Combine(request.OutputDirectory, Artifact)));
            Assert.False(File.Exists(Path.Combine(request.OutputDirectory, Checkpoint)));
        }
        Assert.True(resumed > 0, "No worker found a checkpoint.");
    }

    /// <summary>What the build has asked its worker.</summary>
    private static WorkerRequest Request(BuildResult build)
    {
        WorkerRequest request = build
            .Log!.FindChildrenRecursive<Message>()
            .Select(static m => m.Text)
            .Where(static t =>
                t?.StartsWith('{') == true && t.Contains("\"OutputDirectory\"", StringComparison.Ordinal))
            .Select(static t => JsonLine.TryRead<WorkerRequest>(t!))
            .Single()!;
        request.BuildProcess = Environment.ProcessId;
        return request;
    }

    /// <summary>Starts a worker and, if a moment is given, kills it then.</summary>
    private static WorkerEnd Run(WorkerRequest request, Moment? moment)
    {
        Directory.CreateDirectory(request.OutputDirectory);
        var info = new ProcessStartInfo(
            "dotnet", ["exec", Repository.Output("QDrop.Calibrator", "net10.0", "QDrop.Calibrator.dll")])
        {
            WorkingDirectory = request.ProjectDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process worker = Process.Start(info)!;
        Task<string> errors = worker.StandardError.ReadToEndAsync();
        worker.StandardInput.WriteLine(JsonLine.Write(request));
        worker.StandardInput.Flush();
        using var timer = new Timer(_ => worker.Kill());
        var lines = new List<string>();
        HashSet<string> steps = [];
        string? resumed = null;
        while (worker.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            WorkerMessage? message = JsonLine.TryRead<WorkerMessage>(line);
            if (message?.Kind == MessageKind.Progress
                && steps.Add($"{message.Phase} {message.Unit}")
                && steps.Count == moment?.Steps)
                timer.Change(moment.After, Timeout.InfiniteTimeSpan);
            if (message?.Kind == MessageKind.Log && message.Text!.StartsWith("Going on from", StringComparison.Ordinal))
                resumed = message.Text[message.Text.LastIndexOf(':')..].Trim(':', ' ');
        }
        worker.WaitForExit();
        return new WorkerEnd(
            worker.ExitCode == Killed, worker.ExitCode, steps.Count, resumed, string.Join('\n', lines) + errors.Result);
    }

    private static TestProject Project()
    {
        var project = new TestProject("""<QDropModel Include="App.DeepNet" LearningRate="0.01" RangeSamples="64" />""");
        project.Write("Program.cs", Sources.EmptyProgram);
        project.Write(
            "DeepNet.cs",
            Sources.Usings
                + """
                [Quantize(W = 2, A = 4, Iterations = 200, Samples = 64, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors")]
                public sealed partial class DeepNet : Module<Tensor, Tensor>
                {
                    private readonly Sequential layers = Sequential(
                        Conv2d(4, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU(),
                        Conv2d(8, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1), ReLU(), Conv2d(8, 8, 3, padding: 1));

                    public DeepNet() : base("DeepNet") => RegisterComponents();

                    public override Tensor forward(Tensor x) => layers.forward(x);
                }

                """.Replace("Sequential layers", "TorchSharp.Modules.Sequential layers", StringComparison.Ordinal));
        Safetensors.Write(
            project.File("weights.safetensors"),
            [
                .. Enumerable
                    .Range(0, Units)
                    .SelectMany(static i =>
                        new (string, long[], Func<int, float>)[]
                        {
                            ($"layers.{2 * i}.weight", [8, i == 0 ? 4 : 8, 3, 3], Safetensors.Noise(2 * i)),
                            ($"layers.{2 * i}.bias", [8], Safetensors.Noise((2 * i) + 1)),
                        }),
            ]);
        Safetensors.Write(project.File("inputs.safetensors"), ("input", [64, 4, 8, 8], Safetensors.Noise(99)));
        return project;
    }

    /// <summary>When a worker is killed.</summary>
    /// <param name="Steps">How many steps it has begun: looking at the model, ranges, one for each unit.</param>
    /// <param name="After">How long ago it has begun the last of them.</param>
    private sealed record Moment(int Steps, TimeSpan After);

    /// <summary>How a worker ended.</summary>
    private sealed record WorkerEnd(bool Killed, int ExitCode, int Steps, string? Resumed, string Log);
}
