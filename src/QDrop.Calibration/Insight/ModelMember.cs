using System.Reflection;
using QDrop.CompilerServices;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Calibration.Insight;

/// <summary>A field or property of the user's that an attribute can stand on.</summary>
/// <param name="Owner">The class that declares it; of a generic class the open type.</param>
/// <param name="Name">Its name.</param>
internal sealed record ModelMember(Type Owner, string Name)
{
    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The owner as source code names it, type parameters apart.</summary>
    public string OwnerName =>
        string.Join('.', (Owner.FullName ?? Owner.Name).Split('+').Select(static part => part.Split('`')[0]));

    /// <summary>The members through which a part of a model is reached, the innermost first.</summary>
    /// <param name="modules">The model's modules by path, the model itself with an empty one.</param>
    /// <param name="path">
    /// Path of the part; what follows the path of a module is left out, and so is the number of a second use, as in
    /// <c>part#2</c>.
    /// </param>
    public static IReadOnlyList<ModelMember> On(IReadOnlyDictionary<string, Module> modules, string path)
    {
        var members = new List<ModelMember>();
        if (path.LastIndexOf('#') is > 0 and var use)
            path = path[..use];
        while (path.Length > 0)
        {
            string parent = path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";
            if (modules.TryGetValue(path, out Module? module)
                && modules.TryGetValue(parent, out Module? holder)
                && Holding(holder, module) is { } member)
                members.Add(member);
            path = parent;
        }
        return members;
    }

    /// <summary>
    /// The attribute that gives the part these bit widths, and what the one says that stands there now.
    /// </summary>
    /// <param name="w">Bit width of weights; <see langword="null"/> where it stays.</param>
    /// <param name="a">Bit width of activations; <see langword="null"/> where it stays.</param>
    /// <param name="overrides">What attributes on parts of the model say now.</param>
    public string Line(int? w, int? a, IReadOnlyList<QuantizationOverride> overrides)
    {
        QuantizationOverride? now = overrides.FirstOrDefault(o => o.Owner == Owner && o.Member == Name);
        string?[] said =
        [
            (w ?? now?.W) is { } weights ? $"W = {weights}" : null,
            (a ?? now?.A) is { } activations ? $"A = {activations}" : null,
            now?.Method is { } method ? $"Method = Method.{method}" : null,
        ];
        return $"[Quantize({string.Join(", ", said.OfType<string>())})]";
    }

    private static ModelMember? Holding(Module holder, Module part)
    {
        for (Type? type = holder.GetType();
            type is not null && type.Assembly != typeof(Module).Assembly;
            type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(Own))
            {
                object? value = field.GetValue(holder);
                if (!ReferenceEquals(value, part)
                    && !(value is IEnumerable<Module> several and not Module
                        && several.Contains(part, ReferenceEqualityComparer.Instance)))
                    continue;
                // A compiler's name for the field of a property: <Name>k__BackingField.
                string name = field.Name.StartsWith('<')
                    ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)]
                    : field.Name;
                return new(type.IsGenericType ? type.GetGenericTypeDefinition() : type, name);
            }
        }
        return null;
    }
}
