using TorchSharp.Modules;

namespace QDrop.Layers.Families;

/// <summary>Batch norms.</summary>
[LayerFamily(LayerKind.BatchNorm)]
[LayerTypes(typeof(BatchNorm1d), typeof(BatchNorm2d), typeof(BatchNorm3d))]
internal sealed class BatchNormFamily : LayerFamily
{
    /// <summary>
    /// Tells whether a batch norm can be folded. One whose statistics are not tracked depends on the batch: it stays a
    /// function.
    /// </summary>
    public static bool CanFold(BatchNorm norm) => norm.track_running_stats && norm.running_mean is not null;
}
