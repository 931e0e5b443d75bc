using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>Training data that have been checked, and their hash, computed once.</summary>
/// <param name="data">The data.</param>
internal sealed class TrainingSet(TrainingData data)
{
    private readonly Lazy<string> _hash = new(() => HashOf(data));

    /// <summary>The data.</summary>
    public TrainingData Data => data;

    /// <summary>The hash of inputs and targets; 64 lower-case hexadecimal digits.</summary>
    public string Hash => _hash.Value;

    private static string HashOf(TrainingData data)
    {
        using DisposeScope scope = NewDisposeScope();
        return TensorHash.Of(
        [
            .. data.Inputs.Select(static (t, i) => KeyValuePair.Create($"input.{i:d4}", t.contiguous())),
            KeyValuePair.Create("targets", data.Targets.contiguous()),
        ]);
    }
}
