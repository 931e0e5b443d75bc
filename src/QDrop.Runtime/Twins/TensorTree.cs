using System.Collections;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// Values in which tensors stand: a tensor, a tuple, positional record, array, list or dictionary of such values, or a
/// value that has nothing to do with tensors.
/// </summary>
internal static class TensorTree
{
    // A longer ValueTuple is a nest of tuples.
    private const int LongestTuple = 7;

    /// <summary>The leaves from left to right: tensors, nulls, and values that are no tensors.</summary>
    /// <exception cref="QDropException">Tensors stand in something that is not followed (QDROP232).</exception>
    public static IEnumerable<object?> Leaves(object? value) =>
        Parts(value) is { } parts ? parts.SelectMany(Leaves) : [value];

    /// <summary>The same structure with other leaves.</summary>
    /// <param name="value">The structure.</param>
    /// <param name="leaf">Gives the leaf in place of one; called from left to right.</param>
    public static object? Select(object? value, Func<object?, object?> leaf)
    {
        if (Parts(value) is not { } parts)
            return leaf(value);
        object?[] others = [.. parts.Select(part => Select(part, leaf))];
        return Assemble(value!, others);
    }

    private static IEnumerable<object?>? Parts(object? value)
    {
        switch (value)
        {
            case null or Tensor or string:
                return null;
            case ITuple { Length: <= LongestTuple } tuple:
                return Enumerable.Range(0, tuple.Length).Select(i => tuple[i]);
            case Array { Rank: 1 } array when MentionsTensors(array.GetType().GetElementType()!):
                return array.Cast<object?>();
            case IList list
                when value.GetType() is { IsGenericType: true } type
                    && type.GetGenericTypeDefinition() == typeof(List<>)
                    && MentionsTensors(type):
                return list.Cast<object?>();
            case IDictionary dictionary
                when value.GetType().GetConstructor([]) is not null && MentionsTensors(value.GetType()):
                return dictionary.Values.Cast<object?>();
            case not null when RecordShape.Of(value.GetType()) is { } record && record.Types.Any(MentionsTensors):
                return record.Read(value);
            default:
                return MentionsTensors(value.GetType())
                    ? throw new QDropException(
                        Codes.UnsupportedModule,
                        $"A {value.GetType()} of tensors goes into or out of a unit of reconstruction, where it is not "
                            + $"followed. Expected a tensor, a tuple of up to {LongestTuple}, a positional record, an "
                            + "array, a List or a Dictionary of tensors.")
                    : null;
        }
    }

    /// <summary>A value like another one, of other parts.</summary>
    private static object Assemble(object model, object?[] parts)
    {
        Type type = model.GetType();
        switch (model)
        {
            case Array:
                var array = Array.CreateInstance(type.GetElementType()!, parts.Length);
                parts.CopyTo(array, 0);
                return array;
            case ITuple:
                return Activator.CreateInstance(type, parts)!;
            case IList:
                var list = (IList)Activator.CreateInstance(type)!;
                foreach (object? part in parts)
                    list.Add(part);
                return list;
            case IDictionary dictionary:
                var others = (IDictionary)Activator.CreateInstance(type)!;
                foreach ((object key, object? part) in dictionary.Keys.Cast<object>().Zip(parts))
                    others.Add(key, part);
                return others;
            default:
                return RecordShape.Of(type)!.Make(parts);
        }
    }

    private static bool MentionsTensors(Type type) =>
        type == typeof(Tensor)
        || (type.IsArray && MentionsTensors(type.GetElementType()!))
        || (type.IsGenericType && type.GenericTypeArguments.Any(MentionsTensors))
        || type.GetInterfaces()
            .Any(i =>
                i.IsGenericType
                && i.GenericTypeArguments.Contains(typeof(Tensor))
                && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
        || (RecordShape.Of(type) is { } record && record.Types.Any(item => item != type && MentionsTensors(item)));
}
