using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace QDrop.Build;

/// <summary>A line that the worker wrote.</summary>
/// <param name="text">The line, without its end.</param>
/// <param name="isMessage">
/// Whether it came over the worker's channel, its standard output; else over standard error.
/// </param>
internal readonly struct WorkerLine(string text, bool isMessage)
{
    internal string Text { get; } = text;

    internal bool IsMessage { get; } = isMessage;
}

/// <summary>The worker's process: what it writes, line by line, and ways to end it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>
    /// How long output is awaited after the process ended: a process that the user's code started may hold the pipes
    /// open.
    /// </summary>
    private static readonly TimeSpan OutputAfterExit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly BlockingCollection<WorkerLine> _lines = [];

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Whether the process has ended and all that it wrote has been taken.</summary>
    internal bool IsFinished => _lines.IsCompleted;

    /// <summary>The exit status; valid once <see cref="IsFinished"/>.</summary>
    internal int ExitCode => _process.ExitCode;

    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    internal static WorkerProcess Start(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        var info = new ProcessStartInfo(program, CommandLine.Join(arguments))
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        info.Environment[QDropCalibrate.InsideBuildVariable] = "1";

        // MSBuild's settings for itself would mislead an MSBuild of another version that the user's code starts.
        foreach (string name in new[]
            {
                "MSBUILD_EXE_PATH",
                "MSBuildSDKsPath",
                "MSBuildExtensionsPath",
                "MSBuildLoadMicrosoftTargetsReadOnly",
            })
            info.Environment.Remove(name);

        var worker = new WorkerProcess(new Process { StartInfo = info });
        worker._process.Start();
        Thread channel = worker.Listen(worker._process.StandardOutput, isMessage: true);
        Thread errors = worker.Listen(worker._process.StandardError, isMessage: false);
        Background("QDrop worker exit", () =>
        {
            worker._process.WaitForExit();
            var sinceExit = Stopwatch.StartNew();
            channel.Join(OutputAfterExit);
            TimeSpan left = OutputAfterExit - sinceExit.Elapsed;
            errors.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            worker._lines.CompleteAdding();
        });
        return worker;
    }

    /// <summary>Sends one line; a worker that is gone already is noticed by its exit.</summary>
    internal void Send(string line)
    {
        try
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
            _process.StandardInput.BaseStream.Write(bytes, 0, bytes.Length);
            _process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Takes the next line, waiting for it at most the given time.</summary>
    internal bool TryTake(out WorkerLine line, TimeSpan wait) => _lines.TryTake(out line, wait);

    /// <summary>Asks the worker to stop: the end of its standard input says so.</summary>
    internal void AskToStop()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Ends the process and those that it started.</summary>
    internal void Kill()
    {
        try
        {
            // Kill(entireProcessTree) exists where MSBuild runs on .NET, but not in netstandard2.0.
            MethodInfo? killTree = typeof(Process).GetMethod(nameof(Process.Kill), [typeof(bool)]);
            if (killTree is not null)
                killTree.Invoke(_process, [true]);
            else
                KillTreeOnWindows();
        }
        catch (Exception e)
            when (e is InvalidOperationException or Win32Exception or System.Reflection.TargetInvocationException)
        {
            // It ended by itself meanwhile.
        }
    }

    public void Dispose()
    {
        // The process object is left to the thread that waits on it, unless that is done.
        if (!_lines.IsAddingCompleted)
            Kill();
        else
            _process.Dispose();
    }

    /// <summary>By its full path: Windows looks for programs in the current folder, the user's, too.</summary>
    private void KillTreeOnWindows()
    {
        string program = Path.Combine(Environment.SystemDirectory, "taskkill.exe");
        try
        {
            using var taskkill = Process.Start(new ProcessStartInfo(program, $"/T /F /PID {_process.Id}")
            {
                UseShellExecute = false,
                CreateNoWindow = true,
            });
            taskkill.WaitForExit(5_000);
        }
        finally
        {
            if (!_process.HasExited)
                _process.Kill();
        }
    }

    private Thread Listen(StreamReader reader, bool isMessage) => Background("QDrop worker output", () =>
    {
        try
        {
            while (reader.ReadLine() is { } text)
                _lines.Add(new WorkerLine(text, isMessage));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The process ended, and the wait for the rest of its output too.
        }
    });

    private static Thread Background(string name, ThreadStart run)
    {
        var thread = new Thread(run) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
