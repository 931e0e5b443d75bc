using System.Globalization;
using Spectre.Console;

namespace Cifar10.Training;

/// <summary>Says how a training run goes: lines for a file and, on a terminal, a progress bar.</summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly StreamWriter? _file;
    private readonly IAnsiConsole _console;

    /// <summary>Opens the log.</summary>
    /// <param name="console">Where to show it.</param>
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
        var line = text.ToString(CultureInfo.InvariantCulture);
        _console.WriteLine(line);
        _file?.WriteLine(line);
    }

    /// <summary>Runs an epoch under a progress bar, where the console is a terminal.</summary>
    /// <param name="title">What to call it.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="epoch">The epoch.</param>
    public EpochReport Watch(string title, int steps, Func<Action<StepReport>, EpochReport> epoch)
    {
        if (!_console.Profile.Capabilities.Interactive)
            return epoch(static _ => { });

        return _console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                var task = context.AddTask(title, maxValue: steps);
                return epoch(report =>
                {
                    task.Description = string.Create(CultureInfo.InvariantCulture, $"{title}  loss {report.Loss:f4}  top-1 {report.Accuracy:f2} %");
                    task.Value = report.Step;
                });
            });
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
