using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Types = TorchSharp.Modules;

namespace QDrop.Calibration.Execution;

/// <summary>Counts the multiply-accumulates of the layers with weights that a twin calls as they are, because they stay float.</summary>
internal sealed class FloatCost : IDisposable
{
    private readonly List<Action> _hooks = [];
    private readonly Dictionary<string, long> _counts = [];

    /// <param name="model">The float model.</param>
    public FloatCost(Module model)
    {
        // What attention has inside is counted with it.
        HashSet<Module> inner = [.. model.modules().OfType<MultiheadAttention>().SelectMany(static a => a.modules())];
        foreach ((string name, Module module) in model.named_modules().Where(m => m.module is MultiheadAttention || !inner.Contains(m.module)))
            Watch(name, module);
    }

    /// <summary>Multiply-accumulates so far, of each layer that has run.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <inheritdoc/>
    public void Dispose() => _hooks.ForEach(static remove => remove());

    private void Watch(string name, Module module)
    {
        switch (module)
        {
            case Convolution convolution:
                var ofConvolution = convolution.register_forward_hook((_, x, y) =>
                {
                    // Every position of the output, or of the input where it is transposed, meets one slice of the weight.
                    Tensor weight = convolution.weight!;
                    Add(name, (convolution.transposed ? x : y).numel() * (weight.numel() / weight.shape[0]));
                    return y;
                });
                _hooks.Add(ofConvolution.remove);
                break;
            case Linear linear:
                var ofLinear = linear.register_forward_hook((layer, x, y) => Count(name, layer, x, y));
                _hooks.Add(ofLinear.remove);
                break;
            case Types.Bilinear or Types.RNNCell or Types.GRUCell:
                var ofPair = ((Module<Tensor, Tensor, Tensor>)module).register_forward_hook((layer, x, _, y) => Count(name, layer, x, y));
                _hooks.Add(ofPair.remove);
                break;
            case Types.RNN or Types.GRU:
                var ofRecurrent = ((Module<Tensor, Tensor, (Tensor, Tensor)>)module).register_forward_hook((layer, x, _, y) => Count(name, layer, x, y));
                _hooks.Add(ofRecurrent.remove);
                break;
            case LSTM lstm:
                var ofLstm = lstm.register_forward_hook((layer, x, _, y) => Count(name, layer, x, y));
                _hooks.Add(ofLstm.remove);
                break;
            case LSTMCell cell:
                var ofCell = cell.register_forward_hook((layer, x, _, y) => Count(name, layer, x, y));
                _hooks.Add(ofCell.remove);
                break;
            case MultiheadAttention attention:
                var ofAttention = attention.register_forward_hook((layer, x, _, _, _, _, _, y) => Count(name, layer, x, y));
                _hooks.Add(ofAttention.remove);
                break;
        }
    }

    /// <summary>Every position of the input, its last dimension apart, meets all weights.</summary>
    private T Count<T>(string name, Module layer, Tensor x, T y)
    {
        if (x.is_floating_point() && x.dim() > 0)
            Add(name, x.numel() / x.shape[^1] * layer.parameters().Where(static p => p.dim() > 1).Sum(static p => p.numel()));
        return y;
    }

    private void Add(string name, long multiplyAccumulates) => _counts[name] = _counts.GetValueOrDefault(name) + multiplyAccumulates;
}
