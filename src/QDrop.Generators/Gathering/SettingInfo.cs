using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Gathering;

/// <summary>A setting, as the property of <c>[Quantize]</c> and the attributes on it describe it.</summary>
/// <param name="Name">The property's name.</param>
/// <param name="Member">Its name in the record that has it.</param>
/// <param name="Part">The part of the settings whose record has it; <see langword="null"/> where it is in none.</param>
/// <param name="Range">The range of a number; <see langword="null"/> for any value of the type.</param>
/// <param name="Group">The group that it belongs to, as a flag; 0 for none.</param>
/// <param name="Default">What holds where the attribute says nothing; <see langword="null"/> for nothing.</param>
internal sealed record SettingInfo(
    string Name, string Member, string? Part, SettingRange? Range, int Group, TypedConstant? Default)
{
    private const string RangeAttribute = "SettingRangeAttribute", PlaceAttribute = "SettingOfAttribute";

    private const string DefaultAttribute = "DefaultValueAttribute", GroupAttribute = "SettingGroupAttribute";

    /// <summary>
    /// Reads the properties of an attribute's class. Those that name files and code, and the preset, are among them.
    /// </summary>
    public static IReadOnlyDictionary<string, SettingInfo> AllOf(INamedTypeSymbol attributeClass) =>
        attributeClass.GetMembers().OfType<IPropertySymbol>().Select(Of).ToDictionary(setting => setting.Name);

    private static SettingInfo Of(IPropertySymbol property)
    {
        ImmutableArray<AttributeData> attributes = property.GetAttributes();
        ImmutableArray<TypedConstant>? place = attributes
            .FirstOrDefault(a => a.AttributeClass?.Name == PlaceAttribute)
            ?.ConstructorArguments;
        AttributeData? range = attributes.FirstOrDefault(a => a.AttributeClass?.Name == RangeAttribute);
        ImmutableArray<TypedConstant>? unset = attributes
            .FirstOrDefault(a => a.AttributeClass?.Name == DefaultAttribute)
            ?.ConstructorArguments;
        ImmutableArray<TypedConstant>? group = attributes
            .FirstOrDefault(a => a.AttributeClass?.Name == GroupAttribute)
            ?.ConstructorArguments;
        return new(
            property.Name,
            place?[1].Value as string ?? property.Name,
            place?[0].Value as string,
            range is null ? null : RangeOf(range),
            group?[0].Value as int? ?? 0,
            unset?[0]);
    }

    private static SettingRange RangeOf(AttributeData range)
    {
        ImmutableArray<TypedConstant> arguments = range.ConstructorArguments;
        var values = new SettingRange(
            (double)arguments[0].Value!, (double)arguments[1].Value!, (string)arguments[2].Value!);
        foreach (KeyValuePair<string, TypedConstant> argument in range.NamedArguments)
        {
            values = (argument.Key, argument.Value.Value) switch
            {
                (nameof(SettingRange.ExcludesMin), bool excludes) => values with { ExcludesMin = excludes },
                (nameof(SettingRange.ExcludesMax), bool excludes) => values with { ExcludesMax = excludes },
                (nameof(SettingRange.Also), double also) => values with { Also = also },
                (nameof(SettingRange.AlsoName), string name) => values with { AlsoName = name },
                (nameof(SettingRange.Code), string code) => values with { Code = code },
                _ => values,
            };
        }
        return values;
    }
}
