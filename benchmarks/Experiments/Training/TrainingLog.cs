using System.Globalization;
using Spectre.Console;

namespace Experiments.Training;

/// <summary>Logs a training run: lines to a file and, on a terminal, a progress bar.</summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly StreamWriter? _file;
    private readonly IAnsiConsole _console;

    /// <summary>Opens the log.</summary>
    /// <param name="console">The console that shows it.</param>
    /// <param name="file">File to append to, or <see langword="null"/>.</param>
    public TrainingLog(IAnsiConsole console, string? file)
    {
        _console = console;
        if (file is null)
            return;

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        _file = new StreamWriter(file, append: true) { AutoFlush = true };
    }

    /// <summary>Writes a line.</summary>
    public void Line(FormattableString text)
    {
        string line = text.ToString(CultureInfo.InvariantCulture);
        _console.WriteLine(line);
        _file?.WriteLine(line);
    }

    /// <summary>Writes the line of an epoch.</summary>
    /// <param name="report">The epoch.</param>
    /// <param name="epochs">Number of epochs in the run.</param>
    public void Line(EpochReport report, int epochs)
    {
        FormattableString result =
            $"loss {report.Loss:f4}, top-1 {report.Accuracy:f2} % (augmented), {report.Test:f2} % (test)";
        var left = TimeSpan.FromSeconds(report.Seconds * (epochs - report.Epoch));
        string text = result.ToString(CultureInfo.InvariantCulture);
        Line($"epoch {report.Epoch}/{epochs}: {text}, {report.Seconds:f0} s, {left.TotalMinutes:f0} min left");
    }

    /// <summary>Runs an epoch, under a progress bar where the console is a terminal.</summary>
    /// <param name="title">The title of the progress bar.</param>
    /// <param name="steps">Number of steps in the epoch.</param>
    /// <param name="epoch">The epoch.</param>
    public EpochReport Watch(string title, int steps, Func<Action<StepReport>, EpochReport> epoch)
    {
        if (!_console.Profile.Capabilities.Interactive)
            return epoch(static _ => { });

        return _console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                new SpinnerColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(title, maxValue: steps);
                return epoch(report =>
                {
                    task.Description = string.Create(
                        CultureInfo.InvariantCulture, $"{title}  loss {report.Loss:f4}  top-1 {report.Accuracy:f2} %");
                    task.Value = report.Step;
                });
            });
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
