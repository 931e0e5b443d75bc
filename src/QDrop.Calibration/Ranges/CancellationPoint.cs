namespace QDrop.Calibration.Ranges;

/// <summary>Where long searches look whether they are still wanted: between channels, widths and candidates.</summary>
/// <param name="Token">Stops the search.</param>
/// <param name="Passed">Called at each such place; tests count them.</param>
internal readonly record struct CancellationPoint(CancellationToken Token, Action? Passed = null)
{
    /// <summary>Lets a token stand for a search that nobody watches.</summary>
    public static implicit operator CancellationPoint(CancellationToken token) => new(token);

    /// <summary>Goes on, unless the search was cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public void Pass()
    {
        Passed?.Invoke();
        Token.ThrowIfCancellationRequested();
    }
}
