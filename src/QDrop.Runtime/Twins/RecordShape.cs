using System.Collections.Concurrent;
using System.Reflection;

namespace QDrop.CompilerServices;

/// <summary>The items of a positional record: the parameters of its primary constructor.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape?> Known = new();

    private readonly ConstructorInfo _constructor;
    private readonly PropertyInfo[] _items;

    private RecordShape(ConstructorInfo constructor, PropertyInfo[] items) =>
        (_constructor, _items) = (constructor, items);

    /// <summary>Types of the items.</summary>
    public IEnumerable<Type> Types => _items.Select(static i => i.PropertyType);

    /// <summary>The shape of a type; <see langword="null"/> if it is no positional record.</summary>
    public static RecordShape? Of(Type type) => Known.GetOrAdd(type, Find);

    /// <summary>The items of a record, in order.</summary>
    public IEnumerable<object?> Read(object record) => _items.Select(i => i.GetValue(record));

    /// <summary>A record of other items.</summary>
    public object Make(object?[] items) => _constructor.Invoke(items);

    private static RecordShape? Find(Type type)
    {
        // What the compiler writes into every record.
        if (type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is null)
            return null;
        foreach (ConstructorInfo constructor in type.GetConstructors())
        {
            PropertyInfo?[] items =
            [
                .. constructor.GetParameters().Select(p => type.GetProperty(p.Name!) is { } item
                    && item.PropertyType == p.ParameterType ? item : null),
            ];
            if (items.Length > 0 && !items.Contains(null))
                return new RecordShape(constructor, items!);
        }
        return null;
    }
}
