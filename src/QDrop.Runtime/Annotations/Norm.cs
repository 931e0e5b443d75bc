namespace QDrop;

/// <summary>
/// The power p of the errors in the loss of reconstruction, the mean over batch and positions of Σ|error|^p over
/// channels.
/// </summary>
public static class Norm
{
    /// <summary>
    /// p is chosen for each unit: that of the generalized Gaussian distribution, with density proportional to exp(−|e /
    /// a|^p), which fits the unit's output errors before reconstruction, at least 1 and at most 4. For errors of that
    /// distribution, the likelihood is greatest where Σ|e|^p is least.
    /// </summary>
    public const double Auto = 0;
}
