using System.Reflection;
using TorchSharp.Modules;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.CompilerServices;

/// <summary>
/// What attributes on parts of a model say, by the part's path. Of several that hold for a part, the innermost counts.
/// </summary>
internal sealed class OverrideTable
{
    private readonly List<(string Path, QuantizationOverride Override)> _entries = [];
    private readonly HashSet<string> _collections = [];

    /// <summary>Finds the parts in a model.</summary>
    /// <param name="paths">The model's modules and their paths, the model itself with an empty one.</param>
    /// <param name="overrides">What the attributes say.</param>
    /// <exception cref="QDropException">
    /// A bit width is not from 2 to 8 (QDROP004), or a method is none (QDROP006).
    /// </exception>
    public OverrideTable(IReadOnlyDictionary<object, string> paths, IReadOnlyList<QuantizationOverride> overrides)
    {
        if (overrides.Count == 0)
            return;
        foreach (QuantizationOverride part in overrides)
            new QuantizationSettings { W = part.W ?? 8, A = part.A ?? 8, Method = part.Method ?? default }.Validated();
        foreach ((object module, string path) in paths)
        {
            if (IsCollection(module.GetType()))
                _collections.Add(path);
            foreach (QuantizationOverride part in overrides)
            {
                if (Declaring(module.GetType(), part.Owner) is not { } owner)
                    continue;
                foreach (object found in part.Member is null ? [module] : ModulesIn(module, owner, part.Member))
                {
                    if (paths.TryGetValue(found, out string? at) && at.Length > 0)
                        _entries.Add((at, part));
                }
            }
        }
        // Innermost first; a field's attribute before that of the class of the module in it.
        _entries =
        [
            .. _entries.OrderByDescending(static e => e.Path.Length).ThenBy(static e => e.Override.Member is null),
        ];
    }

    /// <summary>Bit width of a layer's weights, where an attribute gives one.</summary>
    public int? W(string name) => For(name).Select(static o => o.W).FirstOrDefault(static w => w is not null);

    /// <summary>Bit width of an activation, where an attribute gives one.</summary>
    public int? A(string name) => For(name).Select(static o => o.A).FirstOrDefault(static a => a is not null);

    /// <summary>How weights are found, where an attribute says it.</summary>
    public Method? MethodOf(string name) =>
        For(name).Select(static o => o.Method).FirstOrDefault(static m => m is not null);

    /// <summary>Whether the part stays float.</summary>
    public bool IsFullPrecision(string name) => For(name).Any(static o => o.FullPrecision);

    /// <summary>
    /// Whether a module is reconstructed as one unit, where the attribute of the field or property that holds it, or
    /// its collection, says it.
    /// </summary>
    public bool? IsBlock(string path)
    {
        if (_entries
                .Where(e => e.Path == path)
                .Select(static e => e.Override.IsBlock)
                .FirstOrDefault(static b => b is not null) is
            { } said)
            return said;
        int end = path.LastIndexOf('.');
        return end >= 0 && _collections.Contains(path[..end]) ? IsBlock(path[..end]) : null;
    }

    /// <summary>
    /// What holds for a layer, an activation or a unit. The second use of a part is named <c>part#2</c>.
    /// </summary>
    private IEnumerable<QuantizationOverride> For(string name)
    {
        int use = name.LastIndexOf('#');
        string plain = use < 0 ? name : name[..use];
        return _entries
            .Where(e =>
                plain == e.Path
                || (plain.Length > e.Path.Length
                    && plain[e.Path.Length] == '.'
                    && plain.StartsWith(e.Path, StringComparison.Ordinal)))
            .Select(static e => e.Override);
    }

    /// <summary>
    /// The modules in a field or a property. The name that they are registered under need not be the member's.
    /// </summary>
    private static IEnumerable<object> ModulesIn(object instance, Type owner, string member)
    {
        const BindingFlags Own =
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        FieldInfo? field = owner.GetField(member, Own) ?? owner.GetField($"<{member}>k__BackingField", Own);
        object? value = field is not null
            ? field.GetValue(instance)
            : owner.GetProperty(member, Own)?.GetValue(instance);
        return value switch
        {
            null => [],
            IEnumerable<Module> modules when value is not Module => modules,
            _ => [value],
        };
    }

    /// <summary>Whether modules of the type only hold others, which <c>forward</c> calls one by one.</summary>
    internal static bool IsCollection(Type type) =>
        type.IsGenericType
        && type.GetGenericTypeDefinition() is var definition
        && (definition == typeof(ModuleList<>) || definition == typeof(ModuleDict<>));

    /// <summary>The class among a type and its bases that an attribute is on, or whose member it is on.</summary>
    private static Type? Declaring(Type? type, Type owner)
    {
        for (; type is not null && type != typeof(Module); type = type.BaseType)
        {
            if (type == owner || (type.IsGenericType && type.GetGenericTypeDefinition() == owner))
                return type;
        }
        return null;
    }
}
