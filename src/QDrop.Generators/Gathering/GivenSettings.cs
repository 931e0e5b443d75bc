using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>What one <c>[Quantize]</c> says, and what holds where it says nothing.</summary>
internal sealed class GivenSettings(AttributeData attribute) : ISettingValues
{
    private readonly Dictionary<string, TypedConstant> _given =
        attribute.NamedArguments.Where(a => !a.Value.IsNull).GroupBy(a => a.Key)
            .ToDictionary(a => a.Key, a => a.Last().Value);

    /// <summary>Gets all settings by name.</summary>
    public IReadOnlyDictionary<string, SettingInfo> All { get; } = SettingInfo.AllOf(attribute.AttributeClass!);

    /// <inheritdoc/>
    public ISetting this[string name] => Find(name);

    /// <inheritdoc/>
    public bool AreOfAttribute => true;

    /// <summary>
    /// Tells whether the attribute gives a setting. <see langword="null"/> gives none, nor does what is no constant.
    /// </summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>
    /// Gets a value, whole numbers as <see cref="double"/>, members of an enumeration by name; <see langword="null"/>
    /// where the attribute gives none and there is no default.
    /// </summary>
    public object? ValueOf(string name) => Constant(name) switch
    {
        null => null,
        { Kind: TypedConstantKind.Enum } => Choice(name),
        { Value: var value } => NumberOf(value) ?? value,
    };

    /// <summary>Gets a bit width.</summary>
    public int Bits(string name) => Constant(name)?.Value as int? ?? 0;

    /// <summary>Gets the name of an enumeration's member: the given one, or the default.</summary>
    public string Choice(string name) => GivenChoice(name) ?? NameOf(Find(name).Default) ?? "";

    /// <summary>Gets the name of the given member; <see langword="null"/> where none is given.</summary>
    public string? GivenChoice(string name) => _given.TryGetValue(name, out TypedConstant value) ? NameOf(value) : null;

    /// <summary>Tells whether the method trains the model.</summary>
    public bool Trains => Has("Method", "NeedsLabels");

    /// <summary>Tells whether the member of an enumeration that holds for a setting has a trait.</summary>
    public bool Has(string name, string trait) => TraitOf(name, trait) is true;

    /// <summary>
    /// Gets the settings that mean nothing to the method, each with why: those of groups that it does not use.
    /// </summary>
    public IEnumerable<(string Setting, string Reason)> IgnoredByMethod()
    {
        var uses = (SettingGroups)(TraitOf("Method", "Uses") as int? ?? 0);
        foreach (SettingInfo setting in All.Values)
        {
            if (setting.Group is not { } group || (group.Group & uses) != 0)
                continue;
            string method = $"Method = {Choice("Method")}";
            if (group.Unless is not { } other)
                yield return (setting.Name, method);
            else if (!Has(other, group.Trait!))
                yield return (setting.Name, $"{method} and {other} = {Choice(other)}");
        }
    }

    /// <summary>Gets the value of an argument where it is a number.</summary>
    public static double? NumberOf(object? value) => value switch
    {
        int whole => whole,
        double number => number,
        _ => null,
    };

    /// <summary>Gets the name of the enumeration's member with a value.</summary>
    public static string? Member(INamedTypeSymbol type, int value) => type.GetMembers().OfType<IFieldSymbol>()
        .FirstOrDefault(f => f.HasConstantValue && Equals(f.ConstantValue, value))?.Name;

    private static string? NameOf(TypedConstant? constant) =>
        constant is { Type: INamedTypeSymbol type, Value: int value } ? Member(type, value) : null;

    private object? TraitOf(string name, string trait) => (Find(name).Default?.Type as INamedTypeSymbol)
        ?.GetMembers(Choice(name)).SelectMany(member => member.GetAttributes()).SelectMany(a => a.NamedArguments)
        .FirstOrDefault(a => a.Key == trait).Value.Value;

    /// <summary>Finds a setting. An attribute that only has the name of QDrop's may lack any.</summary>
    private SettingInfo Find(string name) => All.TryGetValue(name, out SettingInfo? setting)
        ? setting
        : new SettingInfo(name, null, null, [], null, null);

    private TypedConstant? Constant(string name) => _given.TryGetValue(name, out TypedConstant value) ? value
        : All.TryGetValue(name, out SettingInfo? setting) ? setting.Default
        : null;
}
