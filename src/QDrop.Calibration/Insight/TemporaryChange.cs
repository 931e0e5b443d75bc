namespace QDrop.Calibration.Insight;

/// <summary>Parts of a calibrated model that are otherwise than they were calibrated, until this is disposed.</summary>
internal sealed class TemporaryChange : IDisposable
{
    private readonly List<Action> _undo = [];

    private TemporaryChange()
    {
    }

    /// <summary>Changes parts, all of them or, with an exception, none.</summary>
    /// <typeparam name="T">The kind of the parts.</typeparam>
    /// <param name="parts">The parts.</param>
    /// <param name="keep">Keeps how a part is, and gives what undoes its change.</param>
    /// <param name="change">Changes a part.</param>
    public static TemporaryChange Of<T>(IEnumerable<T> parts, Func<T, Action> keep, Action<T> change)
    {
        var changes = new TemporaryChange();
        try
        {
            foreach (T part in parts)
            {
                changes._undo.Add(keep(part));
                change(part);
            }
            return changes;
        }
        catch
        {
            changes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Action undo in _undo)
            undo();
        _undo.Clear();
    }
}
