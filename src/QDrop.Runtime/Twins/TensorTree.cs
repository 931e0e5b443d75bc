using System.Collections;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// Values in which tensors stand: a tensor, a tuple, array or list of such values, or a value that has nothing to do
/// with tensors.
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
        return Assemble(value!.GetType(), others);
    }

    /// <summary>A value of a type that is made of tensors, such as <c>Tensor</c> or <c>(Tensor, Tensor)</c>.</summary>
    /// <param name="type">The type.</param>
    /// <param name="next">Gives the tensors from left to right.</param>
    /// <returns>The value; <see langword="null"/> where the type holds anything but tensors.</returns>
    public static object? Build(Type type, Func<Tensor> next)
    {
        if (type == typeof(Tensor))
            return next();
        if (!IsTuple(type))
            return null;
        object?[] parts = [.. type.GenericTypeArguments.Select(t => Build(t, next))];
        return parts.Contains(null) ? null : Assemble(type, parts);
    }

    /// <summary>
    /// How many tensors a value of the type holds; <see langword="null"/> where the type alone does not tell, or where
    /// it holds other values too.
    /// </summary>
    public static int? Count(Type type)
    {
        if (type == typeof(Tensor))
            return 1;
        return IsTuple(type)
            ? type.GenericTypeArguments.Select(Count).Aggregate((int?)0, static (sum, count) => sum + count)
            : null;
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
            default:
                return MentionsTensors(value.GetType())
                    ? throw new QDropException(
                        Codes.UnsupportedModule,
                        $"A {value.GetType()} of tensors goes into or out of a unit of reconstruction, where it is not "
                            + $"followed. Expected a tensor, a tuple of up to {LongestTuple}, an array or a List of "
                            + "tensors.")
                    : null;
        }
    }

    private static object Assemble(Type type, object?[] parts)
    {
        if (type.IsArray)
        {
            var array = Array.CreateInstance(type.GetElementType()!, parts.Length);
            parts.CopyTo(array, 0);
            return array;
        }
        if (!type.IsAssignableTo(typeof(ITuple)))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            foreach (object? part in parts)
                list.Add(part);
            return list;
        }
        return Activator.CreateInstance(type, parts)!;
    }

    private static bool IsTuple(Type type) =>
        type.IsGenericType && type.IsAssignableTo(typeof(ITuple)) && type.GenericTypeArguments.Length <= LongestTuple;

    private static bool MentionsTensors(Type type) =>
        type == typeof(Tensor)
        || (type.IsArray && MentionsTensors(type.GetElementType()!))
        || (type.IsGenericType && type.GenericTypeArguments.Any(MentionsTensors))
        || type.GetInterfaces()
            .Any(i =>
                i.IsGenericType
                && i.GenericTypeArguments.Contains(typeof(Tensor))
                && i.GetGenericTypeDefinition() == typeof(IEnumerable<>));
}
