using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Layers;

/// <summary>Counts what recurrent layers and cells that stay float multiply.</summary>
internal static class RecurrentCost
{
    /// <inheritdoc cref="Families.LayerFamily.CountFloat"/>
    public static Action? Count(Module layer, Action<long> count)
    {
        return layer switch
        {
            Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)> lstm => lstm.register_forward_hook(
                (of, x, _, y) => Counted(of, x, y)).remove,
            Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)> cell => cell.register_forward_hook(
                (of, x, _, y) => Counted(of, x, y)).remove,
            Module<Tensor, Tensor, Tensor> cell => cell.register_forward_hook(
                (of, x, _, y) => Counted(of, x, y)).remove,
            Module<Tensor, Tensor, (Tensor, Tensor)> layers => layers.register_forward_hook(
                (of, x, _, y) => Counted(of, x, y)).remove,
            _ => null,
        };

        T Counted<T>(Module of, Tensor x, T y)
        {
            count(MultiplyAccumulates.WithAll(x, of));
            return y;
        }
    }
}
