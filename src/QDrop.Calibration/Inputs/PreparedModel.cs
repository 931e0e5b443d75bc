using QDrop.Calibration.Weights;
using QDrop.CompilerServices;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Calibration.Inputs;

/// <summary>A trained model that is to be quantized: its twin and the hash of its weights, each made once.</summary>
internal sealed class PreparedModel : IDisposable
{
    private readonly Lazy<string> _weightsHash;
    private readonly HeldTensors _held;

    /// <summary>Puts the model into evaluation mode, and makes its twin.</summary>
    /// <param name="descriptor">The model's description.</param>
    /// <param name="model">The trained float model, which keeps belonging to the caller.</param>
    /// <exception cref="QDropException">The model cannot be quantized; the code says why.</exception>
    public PreparedModel(QuantizedModelDescriptor descriptor, Module model)
    {
        WeightValues.Check(model);
        model.eval();
        Descriptor = descriptor;
        Float = model;
        Twin = (IModelTwin)QuantizedModel.Create(descriptor, model);
        _weightsHash = new(() => WeightFile.Hash(model));
        _held = new HeldTensors(model);
    }

    /// <summary>The model's description.</summary>
    public QuantizedModelDescriptor Descriptor { get; }

    /// <summary>The float model.</summary>
    public Module Float { get; }

    /// <summary>The model's twin.</summary>
    public IModelTwin Twin { get; }

    /// <summary>Hash of the weights that the model had when this was first asked for.</summary>
    public string WeightsHash => _weightsHash.Value;

    /// <summary>Checks, once it has run, that this has not changed its parameters and buffers.</summary>
    /// <exception cref="QDropException">It has (QDROP239); they are what they were.</exception>
    public void CheckUnchanged() => _held.Check(Descriptor.Name);

    /// <inheritdoc/>
    public void Dispose()
    {
        _held.Dispose();
        (Twin as IDisposable)?.Dispose();
    }
}
