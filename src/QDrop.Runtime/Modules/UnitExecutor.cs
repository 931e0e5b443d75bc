using static TorchSharp.torch;

namespace QDrop.Modules;

/// <summary>Stands in for the units of a model while its <c>forward</c> runs: calibration records them, captures their inputs, replays their outputs.</summary>
internal abstract class UnitExecutor
{
    /// <summary>Called where the model calls a unit that is not inside another unit.</summary>
    public abstract Tensor Run(Unit unit, Tensor input);
}
