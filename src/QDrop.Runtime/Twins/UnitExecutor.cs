namespace QDrop.CompilerServices;

/// <summary>
/// Stands in for the units of a model while its <c>forward</c> runs: calibration records them, captures their inputs,
/// replays their outputs.
/// </summary>
internal abstract class UnitExecutor
{
    /// <summary>Called where the model calls a unit that is not inside another unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inputs">Its arguments.</param>
    /// <returns>Its result.</returns>
    public abstract Bundle Run(Unit unit, Bundle inputs);
}
