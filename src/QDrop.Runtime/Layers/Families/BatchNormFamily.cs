using QDrop.Recording;
using TorchSharp.Modules;
using static TorchSharp.torch;

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

    public override Tensor Noted(object layer, Tensor x, Tensor y)
    {
        if (Recorder.Current is null)
            return y;
        var norm = (BatchNorm)layer;
        if (!CanFold(norm))
            return Note.None(y, layer.GetType().Name);
        long[] channels = [-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        Tensor scale = norm.running_var!.add(norm.eps).rsqrt();
        if (norm.weight is { } weight)
            scale = scale.mul(weight.detach());
        Tensor shift = norm.running_mean!.mul(scale).neg();
        if (norm.bias is { } bias)
            shift = shift.add(bias.detach());
        return Note.As(y, $"add(mul({x}, {scale.view(channels)}), {shift.view(channels)})");
    }
}
