using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>Counts the multiply-accumulates of float layers: those of a model that its twin calls as they are.</summary>
internal sealed class FloatCost : IDisposable
{
    private readonly List<HookableModule<Func<Module<Tensor, Tensor>, Tensor, Tensor>, Func<Module<Tensor, Tensor>, Tensor, Tensor, Tensor>>.HookRemover> _hooks = [];

    /// <param name="model">The float model.</param>
    public FloatCost(Module model)
    {
        foreach (Module module in model.modules())
        {
            if (module is Module<Tensor, Tensor> layer && WeightOf(layer) is { } weight)
                _hooks.Add(layer.register_forward_hook((_, x, y) => Count(layer, weight, x, y)));
        }
    }

    /// <summary>Multiply-accumulates so far.</summary>
    public long MultiplyAccumulates { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _hooks.ForEach(h => h.remove());

    private static Tensor? WeightOf(Module module) => module switch
    {
        Convolution convolution => convolution.weight,
        Linear linear => linear.weight,
        _ => null,
    };

    private Tensor Count(Module layer, Tensor weight, Tensor x, Tensor y)
    {
        bool transposed = layer is Convolution { transposed: true };
        MultiplyAccumulates += (transposed ? x : y).numel() * (weight.numel() / weight.shape[0]);
        return y;
    }
}
