using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Checkpoints;

/// <summary>Goes on from a checkpoint, keeps it up to date, and says what happened to it.</summary>
/// <typeparam name="TReport">What is reported of each part that is finished.</typeparam>
/// <param name="checkpoint">Where it is kept; <see langword="null"/> for nowhere.</param>
/// <param name="kind">The kind of the checkpoint.</param>
/// <param name="origin">What it must be of.</param>
/// <param name="parts">How many parts there are in all.</param>
internal sealed class CheckpointStore<TReport>(
    CalibrationCheckpoint? checkpoint, CheckpointKind<TReport> kind, Func<CheckpointOrigin> origin, int parts)
{
    private readonly CheckpointFile<TReport> _file = new(kind);
    private readonly Lazy<CheckpointOrigin> _origin = new(origin);
    private bool _failed;

    /// <summary>Takes what the checkpoint has.</summary>
    /// <param name="apply">
    /// Takes the tensors and reports, all or, with an <see cref="InvalidFileException"/>, nothing.
    /// </param>
    /// <returns>The reports of what is finished; empty where there is no checkpoint to go on from.</returns>
    /// <exception cref="QDropException">
    /// The checkpoint is of another model, of other settings or of another version, and somebody named it (QDROP242).
    /// </exception>
    public IReadOnlyList<TReport> Restore(Action<IReadOnlyDictionary<string, Tensor>, IReadOnlyList<TReport>> apply)
    {
        if (checkpoint is null || !File.Exists(checkpoint.Path))
            return [];
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        try
        {
            (Dictionary<string, Tensor> tensors, List<TReport> reports) = _file.Read(checkpoint.Path, _origin.Value);
            apply(tensors, reports);
            Note(null, $"Going on from the checkpoint '{checkpoint.Path}': "
                + $"{reports.Count} of {parts} {kind.Parts} are done.");
            return reports;
        }
        catch (InvalidFileException e) when (e.Foreign && !checkpoint.ReplaceOthers)
        {
            throw new QDropException(
                Codes.OtherCheckpoint,
                $"The checkpoint '{checkpoint.Path}' cannot be used: {e.Message} Expected one of this {kind.Work}, "
                + "or no file. Name another file, or delete this one to begin anew.",
                e);
        }
        catch (Exception e) when (e is InvalidFileException or IOException or UnauthorizedAccessException)
        {
            Note(null, $"The checkpoint '{checkpoint.Path}' is ignored, and {kind.Work} begins anew: {e.Message}");
            return [];
        }
    }

    /// <summary>
    /// Keeps what is finished. Where it cannot be kept, the work goes on all the same, and the next call tries again.
    /// </summary>
    /// <param name="tensors">Gives the tensors of what is finished.</param>
    /// <param name="reports">What was done for each part.</param>
    public void Keep(Func<IReadOnlyDictionary<string, Tensor>> tensors, IEnumerable<TReport> reports)
    {
        if (checkpoint is null)
            return;
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        try
        {
            _file.Write(checkpoint.Path, _origin.Value, tensors(), reports, checkpoint.Create);
        }
        catch (QDropException e) when (e.Code == Codes.NotWritten)
        {
            if (!_failed)
            {
                Note(Codes.CheckpointNotWritten, $"The checkpoint cannot be written, so that a {kind.Work} that is "
                    + $"stopped loses the {kind.Parts} since the last one. The {kind.Work} goes on. {e.Message}");
            }
            _failed = true;
        }
    }

    private void Note(string? code, string text) => checkpoint!.Noted?.Invoke(new CheckpointNote(code, text));
}
