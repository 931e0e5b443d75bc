using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// A parameter or a buffer of a model and all names that it has in the <c>state_dict</c>: several where weights are
/// tied (<c>head.weight = emb.weight</c>) or a module stands in several fields.
/// </summary>
/// <param name="Value">The tensor.</param>
/// <param name="Names">Its names, at least one, in the order of the <c>state_dict</c>.</param>
internal sealed record ModelTensor(Tensor Value, IReadOnlyList<string> Names)
{
    /// <summary>Gets the tensors of a model.</summary>
    public static IReadOnlyList<ModelTensor> Of(Module model)
    {
        var tensors = new List<ModelTensor>();
        var names = new Dictionary<object, List<string>>();
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            object key = KeyOf(tensor);
            if (!names.TryGetValue(key, out List<string>? known))
            {
                names.Add(key, known = []);
                tensors.Add(new(tensor, known));
            }
            known.Add(name);
        }
        return tensors;
    }

    /// <summary>
    /// Whether a tensor may take the place of this one: of the same shape, or of one element like it.
    /// </summary>
    public bool Takes(Tensor other) =>
        other.shape.SequenceEqual(Value.shape) || (other.numel() == 1 && Value.numel() == 1);

    /// <summary>What tells tensors apart: where they are in memory, or what native code calls them.</summary>
    private static object KeyOf(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.numel() > 0 && tensor.is_contiguous()
            ? (DenseMemory.Address(tensor), tensor.dtype, string.Join(",", tensor.shape))
            : tensor.Handle;
}
