using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>
/// Makes the tensors of a checkpoint: views of storages, each of which is read once, however many tensors share it.
/// </summary>
internal static class CheckpointTensors
{
    /// <param name="weights">The tensors wanted, by name.</param>
    /// <param name="read">Reads a storage to a tensor of one dimension; it is called for those that are needed.</param>
    /// <exception cref="InvalidFileException">A tensor does not lie within its storage.</exception>
    internal static Dictionary<string, Tensor> Make(
        Dictionary<string, PickledTensor> weights, Func<PickledStorage, Tensor> read)
    {
        using DisposeScope scope = NewDisposeScope();
        var storages = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string? name, PickledTensor? view) in weights)
        {
            CheckBounds(name, view);
            if (!storages.TryGetValue(view.Storage.Key, out Tensor? values))
                storages.Add(view.Storage.Key, values = read(view.Storage));
            tensors.Add(name, values.as_strided(view.Shape, view.Strides, view.Offset));
        }

        foreach (Tensor tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    /// <summary>A view takes no memory of its own, so that only its last element has to be in the storage.</summary>
    private static void CheckBounds(string name, PickledTensor view)
    {
        if (SafetensorsHeader.ByteCount(view.Shape, SafetensorsTypes.SizeOf(view.Storage.Type)) < 0)
        {
            throw new InvalidFileException(
                $"tensor '{name}' of shape {ShapeText.Describe(view.Shape)} takes more bytes than a file can "
                + "have: it is corrupted.");
        }

        Int128 last = view.Offset;
        for (int i = 0; i < view.Shape.Length; i++)
            last += (Int128)(view.Shape[i] - 1) * view.Strides[i];
        bool isEmpty = view.Shape.Contains(0);
        if (isEmpty ? view.Offset > view.Storage.Count : last >= view.Storage.Count)
        {
            throw new InvalidFileException(
                $"tensor '{name}' of shape {ShapeText.Describe(view.Shape)}, "
                + $"strides {ShapeText.Describe(view.Strides)} and offset {view.Offset} "
                + $"does not lie within its storage of {view.Storage.Count} elements: it is corrupted.");
        }
    }
}
