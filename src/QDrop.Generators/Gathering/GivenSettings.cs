using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>What one <c>[Quantize]</c> says, and what holds where it says nothing.</summary>
internal sealed class GivenSettings(AttributeData attribute)
{
    private readonly Dictionary<string, TypedConstant> _given =
        attribute.NamedArguments.GroupBy(a => a.Key).ToDictionary(a => a.Key, a => a.Last().Value);

    /// <summary>Gets all settings by name.</summary>
    public IReadOnlyDictionary<string, SettingInfo> All { get; } = SettingInfo.AllOf(attribute.AttributeClass!);

    /// <summary>Tells whether the attribute gives a setting.</summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>
    /// Gets a value, of an enumeration the number of the member; <see langword="null"/> where the attribute gives none
    /// and there is no default.
    /// </summary>
    public object? ValueOf(string name) => Constant(name)?.Value;

    /// <summary>Gets a bit width.</summary>
    public int Bits(string name) => ValueOf(name) as int? ?? 0;

    /// <summary>Gets a number; 0 where the value is none.</summary>
    public double Number(string name) => NumberOf(ValueOf(name)) ?? 0;

    /// <summary>Tells whether a setting is true.</summary>
    public bool IsTrue(string name) => ValueOf(name) is true;

    /// <summary>Gets the name of an enumeration's member: the given one, or the default.</summary>
    public string Choice(string name) => GivenChoice(name) ?? NameOf(All[name].Default) ?? "";

    /// <summary>Gets the name of the given member; <see langword="null"/> where none is given.</summary>
    public string? GivenChoice(string name) => _given.TryGetValue(name, out TypedConstant value) ? NameOf(value) : null;

    /// <summary>Tells whether the method trains the model.</summary>
    public bool Trains => Has("Method", "NeedsLabels");

    /// <summary>Tells whether the member of an enumeration that holds for a setting has a trait.</summary>
    public bool Has(string name, string trait) => TraitOf(name, trait) is true;

    /// <summary>Gets the names of an enumeration's members; none where no setting has the type.</summary>
    public IEnumerable<string> Members(string type) => SettingsOf(type).Take(1)
        .SelectMany(s => s.Default!.Value.Type!.GetMembers().OfType<IFieldSymbol>()).Select(member => member.Name);

    /// <summary>Gets what holds for each setting whose type is an enumeration.</summary>
    public IReadOnlyDictionary<string, string> Choices(string type) =>
        SettingsOf(type).ToDictionary(s => s.Name, s => Choice(s.Name));

    /// <summary>Gets the settings that mean nothing to the method: those of groups that it does not use.</summary>
    public IReadOnlyList<string> IgnoredByMethod()
    {
        int uses = TraitOf("Method", "Uses") as int? ?? 0;
        return [.. All.Values.Where(s => s.Group != 0 && (s.Group & uses) == 0).Select(s => s.Name)];
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

    private IEnumerable<SettingInfo> SettingsOf(string type) => All.Values.Where(s => s.Default?.Type?.Name == type);

    private object? TraitOf(string name, string trait) => (All[name].Default?.Type as INamedTypeSymbol)
        ?.GetMembers(Choice(name)).SelectMany(member => member.GetAttributes()).SelectMany(a => a.NamedArguments)
        .FirstOrDefault(a => a.Key == trait).Value.Value;

    private TypedConstant? Constant(string name) => _given.TryGetValue(name, out TypedConstant value) ? value
        : All.TryGetValue(name, out SettingInfo? setting) ? setting.Default
        : null;
}
