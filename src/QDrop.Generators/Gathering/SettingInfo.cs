using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Gathering;

/// <summary>A setting, as the property of <c>[Quantize]</c> and the attributes on it describe it.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Place">Where the settings have it; <see langword="null"/> for under its own name, in no part.</param>
/// <param name="Range">The range of a number; <see langword="null"/> for any value of the type.</param>
/// <param name="Rules">How it depends on others.</param>
/// <param name="Group">The group that it belongs to; <see langword="null"/> for none.</param>
/// <param name="Default">What holds where the attribute says nothing; <see langword="null"/> for nothing.</param>
internal sealed record SettingInfo(
    string Name,
    SettingOfAttribute? Place,
    SettingRangeAttribute? Range,
    IReadOnlyList<SettingRuleAttribute> Rules,
    SettingGroupAttribute? Group,
    TypedConstant? Default) : ISetting
{
    private static readonly ConditionalWeakTable<INamedTypeSymbol, IReadOnlyDictionary<string, SettingInfo>> Read =
        new();

    /// <summary>
    /// Gets the properties of an attribute's class. Those that name files and code, and the preset, are among them.
    /// </summary>
    public static IReadOnlyDictionary<string, SettingInfo> AllOf(INamedTypeSymbol attributeClass) =>
        Read.GetValue(attributeClass, static type =>
            type.GetMembers().OfType<IPropertySymbol>().Where(static property => !property.IsIndexer).Select(Of)
                .ToDictionary(static setting => setting.Name));

    private static SettingInfo Of(IPropertySymbol property) => new(
        property.Name,
        AttributeReader.Get<SettingOfAttribute>(property),
        AttributeReader.Get<SettingRangeAttribute>(property),
        [.. AttributeReader.All<SettingRuleAttribute>(property)],
        AttributeReader.Get<SettingGroupAttribute>(property),
        property.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == nameof(DefaultValueAttribute))
            ?.ConstructorArguments[0]);
}
