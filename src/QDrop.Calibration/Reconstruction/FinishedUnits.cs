using QDrop.Calibration.Checkpoints;
using QDrop.CompilerServices;
using QDrop.Safetensors;

namespace QDrop.Calibration.Reconstruction;

/// <summary>The units that a calibration has finished, in this run or, by its checkpoint, in one before it.</summary>
/// <param name="checkpoint">Where they are kept; <see langword="null"/> for nowhere.</param>
/// <param name="origin">What a checkpoint must be of.</param>
/// <param name="units">The model's units, in order.</param>
internal sealed class FinishedUnits(CalibrationCheckpoint? checkpoint, Func<CheckpointOrigin> origin, IReadOnlyList<Unit> units)
{
    private readonly List<UnitReport> _reports = [];
    private CheckpointOrigin? _origin;
    private bool _failed;

    /// <summary>What was done for each of them.</summary>
    public IReadOnlyList<UnitReport> Reports => _reports;

    private CheckpointOrigin Origin => _origin ??= origin();

    /// <summary>Gives the quantizers of the units that the checkpoint has what was found for them. Their ranges must have been searched.</summary>
    /// <exception cref="QDropException">The checkpoint is of another model, of other settings or of another version, and somebody named it (QDROP242).</exception>
    public void Restore()
    {
        if (checkpoint is null || !File.Exists(checkpoint.Path))
            return;
        try
        {
            if (!CheckpointFile.IsOne(checkpoint.Path))
                throw new InvalidFileException("it is no checkpoint.", foreign: true);
            _reports.AddRange(CheckpointFile.Restore(checkpoint.Path, Origin, units));
            Note(null, $"Going on from the checkpoint '{checkpoint.Path}': {_reports.Count} of {units.Count} units are done.");
        }
        catch (InvalidFileException e) when (e.Foreign && !checkpoint.ReplaceOthers)
        {
            throw new QDropException(Codes.OtherCheckpoint, $"The checkpoint '{checkpoint.Path}' cannot be used: {e.Message} Expected one of this calibration, or no file. Name another file, or delete this one to begin anew.", e);
        }
        catch (Exception e) when (e is InvalidFileException or IOException or UnauthorizedAccessException)
        {
            Note(null, $"The checkpoint '{checkpoint.Path}' is ignored, and calibration begins anew: {e.Message}");
        }
    }

    /// <summary>Adds the next unit. Where it cannot be kept, calibration goes on all the same, and tries again at the next one.</summary>
    public void Add(UnitReport report)
    {
        _reports.Add(report);
        if (checkpoint is null)
            return;
        try
        {
            CheckpointFile.Write(checkpoint.Path, Origin, [.. units.Take(_reports.Count)], _reports, checkpoint.Create);
        }
        catch (QDropException e) when (e.Code == Codes.NotWritten)
        {
            if (!_failed)
                Note(Codes.CheckpointNotWritten, $"The checkpoint cannot be written, so that a calibration that is stopped loses the units since the last one. Calibration goes on. {e.Message}");
            _failed = true;
        }
    }

    private void Note(string? code, string text) => checkpoint!.Noted?.Invoke(new CheckpointNote(code, text));
}
