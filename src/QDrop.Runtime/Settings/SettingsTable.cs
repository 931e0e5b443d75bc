using System.Reflection;

namespace QDrop;

/// <summary>
/// All settings, read once from the properties of <see cref="QuantizeAttribute"/> that
/// <see cref="QuantizationSettings"/> has, too. Validation, metadata of <c>QDropModel</c> items, JSON and the table in
/// the documentation follow from it.
/// </summary>
internal static class SettingsTable
{
    /// <summary>Gets the settings: first those in no part, each group as the attribute has them.</summary>
    internal static IReadOnlyList<Setting> All { get; } =
    [
        .. Read()
            .OrderBy(static setting => setting.Part is not null)
            .ThenByDescending(static setting => setting.Part, StringComparer.Ordinal),
    ];

    /// <summary>Finds a setting by its name, in whatever case.</summary>
    internal static Setting? Find(string name) =>
        All.FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Copies the settings or a part of them.</summary>
    internal static object Copy(object record) => record switch
    {
        QuantizationSettings settings => settings with { },
        TrainingSettings training => training with { },
        ExponentSettings exponents => exponents with { },
        _ => throw new ArgumentException($"{record.GetType()} is no part of the settings.", nameof(record)),
    };

    private static IEnumerable<Setting> Read()
    {
        IOrderedEnumerable<PropertyInfo> properties = typeof(QuantizeAttribute)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OrderBy(static property => property.MetadataToken);
        foreach (PropertyInfo property in properties)
        {
            if (property.GetCustomAttribute<SettingOfAttribute>() is { } place)
            {
                PropertyInfo part = Of(typeof(QuantizationSettings), place.Part);
                yield return new Setting(property, part, Of(part.PropertyType, place.Member));
            }
            else if (typeof(QuantizationSettings).GetProperty(property.Name) is { } same)
            {
                yield return new Setting(property, null, same);
            }
        }
    }

    private static PropertyInfo Of(Type record, string name) =>
        record.GetProperty(name) ?? throw new MissingMemberException(record.FullName, name);
}
