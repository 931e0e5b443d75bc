using System.Runtime.InteropServices;
using QDrop.Safetensors;

namespace QDrop.Calibration.Weights.PyTorch;

/// <summary>
/// Reads a pickle of <c>torch.save</c> to data: it knows the names in <see cref="CheckpointNames"/> and refuses every
/// other, so that nothing in a file can make it run code.
/// </summary>
/// <remarks>
/// Of our own, and not TorchSharp.PyBridge (1.4.4, over Razorvine.Pickle 1.5.0): that one keeps its constructors in a
/// static table that anything in the process can add to, has no hook for names that it does not know, calls
/// <c>__setstate__</c> by reflection, and allocates what a length announces; and it refuses parameters, shared storages
/// and dictionaries within dictionaries, which checkpoints have.
/// </remarks>
internal sealed class PickleReader
{
    /// <summary>
    /// Instructions in a pickle: a bound for the memory that a malicious one can take. Each makes one value at most.
    /// </summary>
    private const int MaxInstructions = 4_000_000;

    private static readonly object MarkObject = new();

    private readonly PickleInput _input;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];

    private readonly Dictionary<string, PickledStorage> _storages;

    private PickleReader(Stream stream, Dictionary<string, PickledStorage> storages)
    {
        _input = new PickleInput(stream);
        _storages = storages;
    }

    /// <summary>Reads one pickle; the stream then stands behind it.</summary>
    /// <param name="stream">Stands at the pickle's first byte.</param>
    /// <param name="storages">Gets every storage that the pickle refers to, by its key.</param>
    /// <returns>One of the values that <c>PickleValues.cs</c> lists.</returns>
    /// <exception cref="InvalidFileException">
    /// It is no pickle, is damaged, or refers to what is no data of a checkpoint.
    /// </exception>
    internal static object? Read(Stream stream, Dictionary<string, PickledStorage>? storages = null)
    {
        var reader = new PickleReader(stream, storages ?? new(StringComparer.Ordinal));
        for (int i = 0; i < MaxInstructions; i++)
        {
            var opcode = (PickleOpcode)reader._input.Byte();
            if (opcode == PickleOpcode.Stop)
                return reader.Pop();
            if (!reader.ReadConstant(opcode) && !reader.ReadCollection(opcode) && !reader.ReadReference(opcode))
            {
                throw new InvalidFileException(
                    $"its pickle has the instruction 0x{(byte)opcode:x2}, which torch.save does not use: it is "
                    + "corrupted, or another program's.");
            }
        }

        throw new InvalidFileException(
            $"its pickle has more than {MaxInstructions:N0} instructions, far more than names and shapes of "
            + "weights take: it is corrupted, or no checkpoint.");
    }

    private bool ReadConstant(PickleOpcode opcode)
    {
        object? value;
        switch (opcode)
        {
            case PickleOpcode.None: value = null; break;
            case PickleOpcode.NewTrue: value = true; break;
            case PickleOpcode.NewFalse: value = false; break;
            case PickleOpcode.BinInt1: value = (long)_input.Byte(); break;
            case PickleOpcode.BinInt2: value = (long)_input.UInt16(); break;
            case PickleOpcode.BinInt: value = (long)_input.Int32(); break;
            case PickleOpcode.Long1: value = _input.Number(_input.Byte()); break;
            case PickleOpcode.Long4: value = _input.Number(_input.Int32()); break;
            case PickleOpcode.BinFloat: value = _input.Double(); break;
            case PickleOpcode.ShortBinUnicode: value = _input.Utf8(_input.Byte()); break;
            case PickleOpcode.BinUnicode: value = _input.Utf8((uint)_input.Int32()); break;
            case PickleOpcode.BinUnicode8: value = _input.Utf8(_input.Int64()); break;
            case PickleOpcode.ShortBinString: value = _input.Latin1(_input.Byte()); break;
            case PickleOpcode.BinString: value = _input.Latin1((uint)_input.Int32()); break;
            case PickleOpcode.ShortBinBytes: value = _input.Bytes(_input.Byte()); break;
            case PickleOpcode.BinBytes: value = _input.Bytes((uint)_input.Int32()); break;
            case PickleOpcode.BinBytes8: value = _input.Bytes(_input.Int64()); break;
            case PickleOpcode.EmptyTuple: value = Array.Empty<object?>(); break;
            case PickleOpcode.EmptyList: value = new List<object?>(); break;
            case PickleOpcode.EmptyDict: value = new PickledMap(); break;
            case PickleOpcode.EmptySet: value = PickledOther.Instance; break;
            default: return false;
        }

        _stack.Add(value);
        return true;
    }

    private bool ReadCollection(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: _stack.Add(MarkObject); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Tuple: _stack.Add(PopToMark()); break;
            case PickleOpcode.Tuple1: _stack.Add(PopLast(1)); break;
            case PickleOpcode.Tuple2: _stack.Add(PopLast(2)); break;
            case PickleOpcode.Tuple3: _stack.Add(PopLast(3)); break;
            case PickleOpcode.List: _stack.Add(new List<object?>(PopToMark())); break;
            case PickleOpcode.Append: AddTo(PopLast(1)); break;
            case PickleOpcode.Appends: AddTo(PopToMark()); break;
            case PickleOpcode.Dict: MakeMap(PopToMark()); break;
            case PickleOpcode.SetItem: SetIn(PopLast(2)); break;
            case PickleOpcode.SetItems: SetIn(PopToMark()); break;
            case PickleOpcode.AddItems: PopToMark(); break;
            case PickleOpcode.FrozenSet: PopToMark(); _stack.Add(PickledOther.Instance); break;
            default: return false;
        }

        return true;
    }

    private bool ReadReference(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(_input.Byte()); break;
            case PickleOpcode.Frame: _input.Int64(); break;
            case PickleOpcode.BinPut: _memo[_input.Byte()] = Top(); break;
            case PickleOpcode.LongBinPut: _memo[(uint)_input.Int32()] = Top(); break;
            case PickleOpcode.Memoize: _memo[_memo.Count] = Top(); break;
            case PickleOpcode.BinGet: _stack.Add(Remembered(_input.Byte())); break;
            case PickleOpcode.LongBinGet: _stack.Add(Remembered((uint)_input.Int32())); break;
            case PickleOpcode.Dup: _stack.Add(Top()); break;
            case PickleOpcode.Global: _stack.Add(CheckpointNames.Find(_input.Line(), _input.Line())); break;
            case PickleOpcode.StackGlobal: _stack.Add(Named(PopLast(2))); break;
            case PickleOpcode.BinPersId: _stack.Add(Storage(Pop())); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(PopLast(2)); break;
            case PickleOpcode.NewObjEx: Call(PopLast(3)[..2]); break;
            case PickleOpcode.Build: Pop(); CheckState(Top()); break;
            default: return false;
        }

        return true;
    }

    private static PickledName Named(object?[] name) =>
        name is [string module, string member]
            ? CheckpointNames.Find(module, member)
            : throw Corrupted("a name that is no text");

    private PickledStorage Storage(object? id)
    {
        PickledStorage storage = CheckpointNames.Storage(id);
        if (!_storages.TryAdd(storage.Key, storage) && _storages[storage.Key] != storage)
            throw Corrupted($"two types or sizes for storage '{storage.Key}'");
        return storage;
    }

    private void Call(object?[] callee)
    {
        if (callee is not [PickledName name, object?[] arguments])
            throw Corrupted("a call of what is no function");
        if (name.Call is null)
            throw CheckpointNames.Refused(name.Name);
        _stack.Add(name.Call(arguments));
    }

    /// <summary>
    /// State is attributes, such as an <c>OrderedDict</c>'s <c>_metadata</c>; no weight is among them.
    /// </summary>
    private static void CheckState(object? target)
    {
        if (target is not (PickledMap or PickledOther or PickledTensor))
            throw Corrupted("attributes of what has none");
    }

    private void AddTo(object?[] items)
    {
        if (Top() is List<object?> list)
            list.AddRange(items);
        else if (Top() is not PickledOther)
            throw Corrupted("items of what is no list");
    }

    private void MakeMap(object?[] items)
    {
        _stack.Add(new PickledMap());
        SetIn(items);
    }

    private void SetIn(object?[] items)
    {
        if (Top() is PickledOther)
            return;
        if (Top() is not PickledMap map || items.Length % 2 != 0)
            throw Corrupted("items of what is no dictionary");
        for (int i = 0; i < items.Length; i += 2)
            map.Set(items[i], items[i + 1]);
    }

    private object? Remembered(long index) =>
        _memo.TryGetValue(index, out object? value) ? value : throw Corrupted("a reference to what was not stored");

    private object? Top() =>
        _stack.Count > 0 && _stack[^1] != MarkObject ? _stack[^1] : throw Corrupted("too few values");

    private object? Pop()
    {
        object? value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopLast(int count)
    {
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.LastIndexOf(MarkObject);
        if (mark < 0)
            throw Corrupted("too few values");
        object?[] values = CollectionsMarshal.AsSpan(_stack)[(mark + 1)..].ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private static void CheckProtocol(byte version)
    {
        if (version is < 2 or > 5)
        {
            throw new InvalidFileException(
                $"its pickle has protocol {version}, expected 2 to 5: it is corrupted, or another program's.");
        }
    }

    private static InvalidFileException Corrupted(string what) => new($"its pickle has {what}: it is corrupted.");
}
