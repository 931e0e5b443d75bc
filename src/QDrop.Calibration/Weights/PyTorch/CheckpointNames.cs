using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>
/// The names that a checkpoint may refer to: those that tensors are made of, and some whose objects lie beside the
/// weights in published checkpoints and are data without code. A pickle that refers to any other is refused at once,
/// called or not.
/// </summary>
internal static class CheckpointNames
{
    /// <summary>Most dimensions of a tensor, libtorch's own limit in most operations.</summary>
    private const int MaxDimensions = 64;

    private const string Code = Codes.WeightsWithCode;

    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";

    private const string RebuildParameter = "torch._utils._rebuild_parameter";

    private const string Advice =
        "If you trust where it comes from, save the weights alone in Python: "
        + "torch.save(torch.load(path, map_location=\"cpu\", weights_only=False).state_dict(), path), "
        + "without .state_dict() if it holds no whole model. If you do not, delete it.";

    private static readonly (string Name, ScalarType Type)[] Storages =
    [
        ("DoubleStorage", ScalarType.Float64),
        ("FloatStorage", ScalarType.Float32),
        ("HalfStorage", ScalarType.Float16),
        ("BFloat16Storage", ScalarType.BFloat16),
        ("LongStorage", ScalarType.Int64),
        ("IntStorage", ScalarType.Int32),
        ("ShortStorage", ScalarType.Int16),
        ("CharStorage", ScalarType.Int8),
        ("ByteStorage", ScalarType.Byte),
        ("BoolStorage", ScalarType.Bool),
    ];

    /// <summary>Storages of types that TorchSharp's weights do not have.</summary>
    private static readonly string[] OtherStorages =
    [
        "torch.ComplexDoubleStorage", "torch.ComplexFloatStorage", "torch.QInt32Storage", "torch.QInt8Storage",
        "torch.QUInt2x4Storage", "torch.QUInt4x2Storage", "torch.QUInt8Storage", "torch.storage.UntypedStorage",
    ];

    /// <summary>
    /// Data beside the weights: arguments of the training program, metrics, paths. They are read as nothing.
    /// </summary>
    private static readonly string[] Others =
    [
        "_codecs.encode", "argparse.Namespace", "collections.Counter",
        "datetime.date", "datetime.datetime", "datetime.timedelta",
        "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
        "pathlib.PosixPath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "pathlib.WindowsPath",
        "pytorch_lightning.utilities.parsing.AttributeDict", "lightning.fabric.utilities.data.AttributeDict",
        "lightning_fabric.utilities.data.AttributeDict", "torch.device",
    ];

    /// <summary>
    /// Types of Python's own, of Python 2 also, which a <c>defaultdict</c> names, and PyTorch's types of elements.
    /// </summary>
    private static readonly string[] Types =
    [
        "builtins.bool", "builtins.dict", "builtins.float", "builtins.int", "builtins.list", "builtins.long",
        "builtins.set", "builtins.str", "builtins.tuple", "builtins.unicode",
        "torch.bfloat16", "torch.bool", "torch.float16", "torch.float32", "torch.float64",
        "torch.int16", "torch.int32", "torch.int64", "torch.int8", "torch.uint8",
        "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer",
    ];

    private static readonly Dictionary<string, PickledName> Table = MakeTable();

    /// <exception cref="InvalidFileException">The name is none of a checkpoint's.</exception>
    internal static PickledName Find(string module, string name)
    {
        string full = (module == "__builtin__" ? "builtins" : module) + "." + name;
        if (Table.TryGetValue(full, out PickledName? known))
            return known;
        throw full.StartsWith("torch._utils._rebuild_", StringComparison.Ordinal) ? UnknownTensor(full) : Refused(full);
    }

    internal static InvalidFileException Refused(string name) => new(
        $"it does not only hold data: its pickle asks for '{Shortened(name)}'. "
        + "A checkpoint may hold any program; QDrop reads tensors from it, and runs nothing.",
        code: Code,
        advice: Advice);

    internal static InvalidFileException Script() => new(
        "it is a model of TorchScript (torch.jit.save), a program with its weights; expected weights by name.",
        code: Code,
        advice: "Save the weights alone in Python: "
            + "torch.save(torch.jit.load(path, map_location=\"cpu\").state_dict(), \"weights.pth\").");

    /// <summary>
    /// What a persistent id stands for: <c>('storage', class, key, device, number of elements)</c>; before PyTorch 1.6
    /// one more, a view.
    /// </summary>
    internal static PickledStorage Storage(object? id) => id switch
    {
        object?[] and ["storage", PickledName name, string key, string, long and >= 0 and var count, .. [] or [null]] =>
            new(key, name.StorageType ?? throw UnknownType(name.Name), count),
        object?[] and ["module", ..] => throw Refused("the code of a module"),
        _ => throw new InvalidFileException(
            "its pickle refers to a storage in a way that torch.save does not: "
            + "it is corrupted, or of PyTorch before 0.4."),
    };

    private static Dictionary<string, PickledName> MakeTable()
    {
        PickledName[] names =
        [
            .. Storages.Select(static s => new PickledName("torch." + s.Name, StorageType: s.Type)),
            .. OtherStorages.Select(static name => new PickledName(name)),
            .. Others.Select(static name => new PickledName(name, static _ => PickledOther.Instance)),
            .. Types.Select(static name => new PickledName(name, static _ => PickledOther.Instance)),
            new("collections.OrderedDict", Map),
            new("collections.defaultdict", static _ => new PickledMap()),
            new("torch.Size", static arguments => arguments is [object?[] sizes] ? sizes : throw Wrong("torch.Size")),
            new("torch._utils._rebuild_tensor", Tensor),
            new(RebuildTensor, Tensor),
            new(RebuildParameter, Parameter),
            new("torch._utils._rebuild_parameter_with_state", Parameter),
            new("torch._tensor._rebuild_from_type_v2", OfType),
        ];
        return names.ToDictionary(static n => n.Name, StringComparer.Ordinal);
    }

    /// <summary>
    /// Python 2 gives the items as a list of pairs. It is emptied, so that a list which is used again and again costs
    /// no more than once.
    /// </summary>
    private static PickledMap Map(object?[] arguments)
    {
        var map = new PickledMap();
        if (arguments is [List<object?> pairs])
        {
            foreach (object? pair in pairs)
            {
                object?[] item = pair is List<object?> { Count: 2 } list ? [.. list] : pair as object?[] ?? [];
                if (item.Length != 2)
                    throw Wrong("collections.OrderedDict");
                map.Set(item[0], item[1]);
            }

            pairs.Clear();
        }
        else if (arguments.Length > 0)
        {
            throw Wrong("collections.OrderedDict");
        }

        return map;
    }

    private static PickledTensor Tensor(object?[] arguments) =>
        arguments is [PickledStorage storage, long offset, object?[] sizes, object?[] strides, ..]
            && sizes.Length == strides.Length
            ? new(storage, offset, Longs(sizes), Longs(strides))
            : throw Wrong("a tensor");

    private static object? Parameter(object?[] arguments) =>
        arguments is [PickledTensor tensor, ..] ? tensor : throw Wrong("a parameter");

    /// <summary><c>(function, type, arguments, state)</c>: a tensor with attributes of Python's.</summary>
    private static object? OfType(object?[] arguments) => arguments switch
    {
        [PickledName { Name: RebuildTensor }, PickledName, object?[] inner, ..] => Tensor(inner),
        [PickledName { Name: RebuildParameter }, PickledName, object?[] inner, ..] => Parameter(inner),
        _ => throw Wrong("a tensor"),
    };

    private static long[] Longs(object?[] values)
    {
        if (values.Length > MaxDimensions)
        {
            throw new InvalidFileException(
                $"it has a tensor of {values.Length} dimensions; at most {MaxDimensions} are possible: it is "
                + "corrupted.");
        }

        return Array.ConvertAll(values, static v => v is long and >= 0 ? (long)v : throw Wrong("a tensor"));
    }

    private static InvalidFileException Wrong(string what) => new(
        $"its pickle makes {what} of other values than torch.save writes: "
        + "it is corrupted, or of a version of PyTorch that is not known.");

    private static InvalidFileException UnknownTensor(string name) => new(
        $"it has a tensor that is made by '{Shortened(name)}'; "
        + "expected dense tensors, neither sparse nor quantized, of a type of weights.");

    private static InvalidFileException UnknownType(string name) => new(
        $"it has values of type {name}; "
        + $"supported are {string.Join(", ", Storages.Select(static s => "torch." + s.Name))}.");

    private static string Shortened(string name) => name.Length <= 100 ? name : name[..100] + "…";
}
