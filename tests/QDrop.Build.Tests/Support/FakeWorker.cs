using Microsoft.Build.Utilities;

namespace QDrop.Build.Tests;

/// <summary>
/// The task with a shell script in place of the worker: the script plays what the worker says and how it ends.
/// </summary>
internal sealed class FakeWorker : IDisposable
{
    internal const string Hello = """echo '{"Kind":"hello","Version":1}'""";
    internal const string Summary = """echo '{"Kind":"summary","Text":"QDrop: done"}'""";

    private readonly TemporaryFolder _folder = new();

    /// <param name="script">
    /// What the worker does after it has read the request into the variable <c>request</c>; variable <c>out</c> is the
    /// output folder.
    /// </param>
    internal FakeWorker(string script)
    {
        OutputDirectory = _folder.File("obj", "qdrop");
        Directory.CreateDirectory(OutputDirectory);
        string host = _folder.Write(
            "host.sh",
            $"#!/bin/bash\nout='{OutputDirectory}'\nprintf '%s\\n' \"$@\" > '{ArgumentsFile}'\nread -r "
                + $"request\n{script}\n");
        Script.MakeExecutable(host);
        Task = new QDropCalibrate
        {
            BuildEngine = Engine,
            Assembly = _folder.Write("App.dll", "… QuantizedModelAttribute …"),
            ProjectFile = _folder.Write("App.csproj", "<Project />"),
            OutputDirectory = OutputDirectory,
            BaseDirectory = _folder.File("bin"),
            Calibrator = _folder.Write("QDrop.Calibrator.dll", ""),
            Stamp = Path.Combine(OutputDirectory, "qdrop.stamp"),
            InputList = Path.Combine(OutputDirectory, "qdrop.inputs.txt"),
            Models = [new TaskItem("App.Net", new Dictionary<string, string> { ["W"] = "2", ["Weights"] = "" })],
            DotNetHost = host,
        };
    }

    internal RecordingEngine Engine { get; } = new();

    internal QDropCalibrate Task { get; }

    internal string OutputDirectory { get; }

    internal string ArgumentsFile => _folder.File("arguments.txt");

    internal string Project => Task.ProjectFile;

    /// <summary>Names of the files in the output folder.</summary>
    internal IEnumerable<string> Files =>
        Directory.GetFiles(OutputDirectory).Select(static f => Path.GetFileName(f)).Order();

    internal string Write(string name, string text) => _folder.Write(name, text);

    public void Dispose() => _folder.Dispose();
}
