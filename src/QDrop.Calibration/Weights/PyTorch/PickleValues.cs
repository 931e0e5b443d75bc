using static TorchSharp.torch;

namespace QDrop.Calibration.Weights.PyTorch;

// What a pickle is read to: null, bool, long, BigInteger, double, string and byte[] for Python's own values, object?[]
// for a tuple,
// List<object?> for a list, PickledMap for a dictionary, and the types below. There is no other, so no pickle makes an
// object of another.

/// <summary>
/// A dictionary, also an <c>OrderedDict</c>. Keys other than strings and numbers compare by reference.
/// </summary>
internal sealed class PickledMap : Dictionary<object, object?>
{
    internal void Set(object? key, object? value) => this[key ?? DBNull.Value] = value;
}

/// <summary>A name that a pickle may refer to.</summary>
/// <param name="Name">Module and name, such as <c>torch.FloatStorage</c>.</param>
/// <param name="Call">What it gives when the pickle calls it; <see langword="null"/> if it must not be called.</param>
/// <param name="StorageType">The type of elements, where it is a class of storages.</param>
internal sealed record PickledName(string Name, Func<object?[], object?>? Call = null, ScalarType? StorageType = null);

/// <summary>
/// Something that no weight depends on, such as the arguments of a training program. Whatever is put into it is
/// dropped.
/// </summary>
internal sealed class PickledOther
{
    internal static readonly PickledOther Instance = new();

    private PickledOther()
    {
    }
}

/// <summary>The memory of one or several tensors, which lies outside the pickle.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">How many elements it has.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor: a view of a storage.</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Offset">Index of its first element in the storage.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Strides">Distance of neighbours in each dimension, in elements.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
