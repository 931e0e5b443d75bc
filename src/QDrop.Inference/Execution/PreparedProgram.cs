namespace QDrop.Execution;

/// <summary>
/// A program that is prepared for inputs of some shapes, and the memory of calls that have ended. Who uses one takes it
/// first; it is freed when it is retired and nobody uses it.
/// </summary>
/// <param name="plan">The prepared program.</param>
internal sealed class PreparedProgram(ExecutionPlan plan)
{
    private readonly Stack<Workspace> _free = [];
    private readonly Lock _lock = new();
    private int _users;
    private bool _isRetired;

    /// <summary>Gets the prepared program.</summary>
    public ExecutionPlan Plan => plan;

    /// <summary>Takes memory for a call.</summary>
    /// <returns>The memory; <see langword="null"/> if the program was retired.</returns>
    public Workspace? Rent()
    {
        lock (_lock)
        {
            if (_isRetired)
                return null;
            _users++;
            if (_free.TryPop(out Workspace? workspace))
                return workspace;
        }
        try
        {
            return new Workspace(plan, plan.ValueCount);
        }
        catch
        {
            lock (_lock)
                _users--;
            throw;
        }
    }

    /// <summary>Takes the memory back.</summary>
    public void Return(Workspace workspace)
    {
        lock (_lock)
        {
            _users--;
            _free.Push(workspace);
            FreeIfDone();
        }
    }

    /// <summary>Frees the memory, once the calls that run now have ended. No other can begin.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            FreeIfDone();
        }
    }

    private void FreeIfDone()
    {
        if (!_isRetired || _users > 0)
            return;
        while (_free.TryPop(out Workspace? workspace))
            workspace.Dispose();
    }
}
