using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Training;

/// <summary>What a model holds, to be given back to it when it has been trained for its twin.</summary>
internal sealed class FloatModelState : IDisposable
{
    private readonly Module _model;
    private readonly Dictionary<string, Tensor> _kept;
    private readonly (BatchNorm Norm, double? Momentum)[] _momenta;

    /// <param name="model">The model.</param>
    public FloatModelState(Module model)
    {
        using IDisposable guard = no_grad();
        _model = model;
        _momenta = [.. model.modules().OfType<BatchNorm>().Select(static n => (n, n.momentum))];
        _kept = model
            .state_dict()
            .ToDictionary(static t => t.Key, static t => t.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Gives the model what it held, without gradients and in evaluation mode.</summary>
    public void Dispose()
    {
        using (no_grad())
        {
            foreach ((string name, Tensor tensor) in _model.state_dict())
                tensor.copy_(_kept[name]);
        }
        foreach (Tensor parameter in _model.parameters())
            parameter.grad = null;
        foreach ((BatchNorm norm, double? momentum) in _momenta)
            norm.momentum = momentum;
        _model.eval();
        foreach (Tensor kept in _kept.Values)
            kept.Dispose();
    }
}
