using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models;

/// <summary>
/// A parameter or a buffer of a model and all names that it has in the <c>state_dict</c>: several where weights are
/// tied (<c>head.weight = emb.weight</c>), also in another shape, or a module stands in several fields.
/// </summary>
internal sealed class ModelTensor
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);

    private ModelTensor(Tensor value) => Value = value;

    /// <summary>The tensor, as it is under its first name.</summary>
    public Tensor Value { get; }

    /// <summary>Its names, at least one, in the order of the <c>state_dict</c>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Gets the tensors of a model.</summary>
    public static IReadOnlyList<ModelTensor> Of(Module model)
    {
        var tensors = new List<ModelTensor>();
        var known = new Dictionary<object, ModelTensor>();
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            object key = KeyOf(tensor);
            if (!known.TryGetValue(key, out ModelTensor? own))
            {
                known.Add(key, own = new(tensor));
                tensors.Add(own);
            }
            own._names.Add(name);
            own._shapes.Add(name, tensor.shape);
        }
        return tensors;
    }

    /// <summary>Gets the shape that it has under one of its names.</summary>
    public long[] ShapeOf(string name) => _shapes[name];

    /// <summary>
    /// Whether a tensor of that name may take the place of this one: of the same shape, or of one element like it.
    /// </summary>
    public bool Takes(string name, Tensor other) =>
        other.shape.SequenceEqual(_shapes[name]) || (other.numel() == 1 && Value.numel() == 1);

    /// <summary>Finds those of some tensors that lie where another of them lies, in part.</summary>
    public static IReadOnlySet<ModelTensor> Overlapping(IEnumerable<ModelTensor> tensors)
    {
        var found = new HashSet<ModelTensor>();
        (ModelTensor? Tensor, nint End) farthest = (null, 0);
        foreach ((ModelTensor tensor, (nint start, nint end)) in tensors
                .Select(static t => (Tensor: t, Bytes: BytesOf(t.Value)))
                .OrderBy(static t => t.Bytes.Start))
        {
            if (start < farthest.End)
                found.UnionWith([tensor, farthest.Tensor!]);
            if (end > farthest.End)
                farthest = (tensor, end);
        }
        return found;
    }

    /// <summary>Where a tensor's elements lie in main memory, whatever lies between them.</summary>
    private static (nint Start, nint End) BytesOf(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || tensor.numel() == 0)
            return default;
        using Tensor own = tensor.detach();
        using Tensor first = own.as_strided([1], [1], own.storage_offset());
        long elements = 1 + own.shape.Zip(own.stride(), static (length, stride) => (length - 1) * stride).Sum();
        nint start = DenseMemory.Address(first);
        return (start, start + (nint)(elements * own.element_size()));
    }

    /// <summary>What tells tensors apart: where they are in memory, or what native code calls them.</summary>
    private static object KeyOf(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.numel() > 0 && tensor.is_contiguous()
            ? (DenseMemory.Address(tensor), tensor.dtype, tensor.numel())
            : tensor.Handle;
}
