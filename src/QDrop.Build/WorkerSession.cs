using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using QDrop.Protocol;

namespace QDrop.Build;

/// <summary>
/// One conversation with the worker, from the request to the end of its process, and its account in the build's log.
/// </summary>
/// <param name="log">The build's log.</param>
/// <param name="projectFile">Where errors stand that have no other place.</param>
/// <param name="helpDirectory">The folder that holds the pages of the error codes.</param>
/// <param name="progressPath">The file that shows progress while the worker runs.</param>
internal sealed class WorkerSession(
    TaskLoggingHelper log, string projectFile, string? helpDirectory, string progressPath)
{
    /// <summary>How long the worker may take to stop when asked to, before it is killed.</summary>
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(4);

    /// <summary>How often progress within a unit is logged.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    /// <summary>Lines of standard error that an error about the worker's end quotes.</summary>
    private const int TailLength = 20;

    private readonly Queue<string> _tail = new();
    private readonly Stopwatch _sinceProgress = new();
    private string? _lastProgress;
    private bool _greeted;
    private bool _finished;

    /// <summary>
    /// Full paths of the artifacts, ONNX models, reports and their pages that are valid, and of the files with the keys
    /// that say what they are of.
    /// </summary>
    internal HashSet<string> Produced { get; } = new(FilePaths.Comparer);

    /// <summary>Files, and folders with a separator at their end, on which the results depend.</summary>
    internal List<string> Inputs { get; } = [];

    /// <summary>Sends the request and listens until the worker's process has ended.</summary>
    /// <returns>Whether the worker did all that was asked, and said so.</returns>
    internal bool Run(WorkerProcess worker, string request, CancellationToken cancelled)
    {
        using var progress = new ProgressFile(progressPath);
        Stopwatch? sinceCancelled = null;
        bool killed = false;
        worker.Send(request);
        while (!worker.IsFinished)
        {
            if (cancelled.IsCancellationRequested && sinceCancelled is null)
            {
                sinceCancelled = Stopwatch.StartNew();
                worker.AskToStop();
            }

            if (sinceCancelled?.Elapsed > TimeToStop && !killed)
            {
                worker.Kill();
                killed = true;
            }

            if (worker.TryTake(out WorkerLine line, TimeSpan.FromMilliseconds(100)))
                Handle(line, progress);
        }

        if (cancelled.IsCancellationRequested)
        {
            bool isKept = Directory.GetFiles(Path.GetDirectoryName(progressPath)!, "*.qdrop.checkpoint").Length > 0;
            log.LogMessage(
                MessageImportance.High,
                isKept
                    ? "QDrop: stopped; the next build goes on after the units that are finished."
                    : "QDrop: stopped; nothing was written.");
            return false;
        }

        return EndedWell(worker.ExitCode);
    }

    /// <summary>The page of a code, or <see langword="null"/> where there is none.</summary>
    internal static string? HelpLink(string? directory, string code)
    {
        if (string.IsNullOrEmpty(directory))
            return null;
        string page = Path.GetFullPath(Path.Combine(directory, Codes.PageOf(code)));
        return File.Exists(page) ? new Uri(page).AbsoluteUri : null;
    }

    private bool EndedWell(int exitCode)
    {
        if (_finished && exitCode == 0)
            return !log.HasLoggedErrors;
        if (log.HasLoggedErrors)
            return false;

        string tail =
            _tail.Count == 0
                ? " It wrote nothing."
                : " It wrote:" + Environment.NewLine + string.Join(Environment.NewLine, _tail);
        if (!_greeted)
            Error(
                Codes.CalibratorNotStarted,
                $"The calibrator could not be started ({Meaning(exitCode)}). Check that the .NET runtime that the "
                    + $"project targets is installed.{tail}");
        else
            Error(Codes.CalibratorEnded, $"The calibrator ended before it was done ({Meaning(exitCode)}).{tail}");
        return false;
    }

    private string Meaning(int exitCode) =>
        ExitStatus.Meaning(exitCode, RuntimeInformation.IsOSPlatform(OSPlatform.Windows), _greeted);

    private void Handle(WorkerLine line, ProgressFile progress)
    {
        WorkerMessage? message = line.IsMessage ? JsonLine.TryRead<WorkerMessage>(line.Text) : null;
        switch (message?.Kind)
        {
            case MessageKind.Hello:
                Greet(message);
                break;
            case MessageKind.Progress:
                progress.Update(line.Text);
                Progress(message);
                break;
            case MessageKind.Log:
                log.LogMessage(Importance(message.Importance), "{0}", message.Text);
                break;
            case MessageKind.Diagnostic:
                Diagnostic(message);
                break;
            case MessageKind.Input when message.Text is { } input:
                Inputs.Add(input);
                break;
            case MessageKind.Result when message is { Artifact: { } artifact, Report: { } report }:
                Produced.Add(artifact);
                Produced.Add(report);
                Produced.Add(Path.ChangeExtension(report, ".html"));
                Produced.Add(Path.ChangeExtension(report, ".key"));
                Produced.Add(Path.ChangeExtension(report, ".outputs"));
                if (message.Onnx is { } onnx)
                    Produced.Add(onnx);
                break;
            case MessageKind.Summary:
                _finished = true;
                if (message.Text is { Length: > 0 } summary)
                    log.LogMessage(MessageImportance.High, "{0}", summary);
                break;
            default:
                Other(line);
                break;
        }
    }

    private void Greet(WorkerMessage message)
    {
        _greeted = true;
        if (message.Version != WorkerRequest.CurrentVersion)
        {
            Error(
                Codes.OtherRelease,
                $"The calibrator speaks version {message.Version} of the protocol, this task version "
                    + $"{WorkerRequest.CurrentVersion}: they are from different releases of QDrop. "
                    + "Remove QDropTaskAssembly and QDropCalibratorPath from the project, or set both to one release.");
        }
    }

    /// <summary>What the user's code or a native library wrote.</summary>
    private void Other(WorkerLine line)
    {
        if (!line.IsMessage)
        {
            _tail.Enqueue(line.Text);
            if (_tail.Count > TailLength)
                _tail.Dequeue();
        }

        log.LogMessage(line.IsMessage ? MessageImportance.Low : MessageImportance.Normal, "{0}", line.Text);
    }

    private void Progress(WorkerMessage message)
    {
        string step = $"{message.Model} {message.Phase} {message.Unit}";
        if (step == _lastProgress && _sinceProgress.Elapsed < ProgressInterval)
            return;
        _lastProgress = step;
        _sinceProgress.Restart();
        log.LogMessage(MessageImportance.Normal, "{0}", $"{message.Model}: {message.Text ?? Describe(message)}");
    }

    /// <summary>How far it is, for a worker that does not say it in words.</summary>
    private static string? Describe(WorkerMessage message) =>
        message.Unit is null
            ? message.Phase
            : FormattableString.Invariant(
                $"{message.Phase}, unit {message.UnitIndex}/{message.UnitCount} {message.Unit}, ")
                + FormattableString.Invariant(
                    $"iteration {message.Iteration}/{message.Iterations}, loss {message.Loss:g4}");

    private void Diagnostic(WorkerMessage message)
    {
        string? link = message.Code is null ? null : HelpLink(helpDirectory, message.Code);
        switch (message.Severity)
        {
            case "warning":
                log.LogWarning(
                    "QDrop", message.Code, null, link, message.File, message.Line, message.Column, 0, 0, message.Text);
                break;
            case "message":
                log.LogMessage(
                    "QDrop",
                    message.Code,
                    null,
                    message.File,
                    message.Line,
                    message.Column,
                    0,
                    0,
                    MessageImportance.Normal,
                    message.Text);
                break;
            default:
                log.LogError(
                    "QDrop", message.Code, null, link, message.File, message.Line, message.Column, 0, 0, message.Text);
                break;
        }
    }

    private void Error(string code, string message) =>
        log.LogError("QDrop", code, null, HelpLink(helpDirectory, code), projectFile, 0, 0, 0, 0, message);

    private static MessageImportance Importance(string? importance) => importance switch
    {
        "high" => MessageImportance.High,
        "low" => MessageImportance.Low,
        _ => MessageImportance.Normal,
    };
}
