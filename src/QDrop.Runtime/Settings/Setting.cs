using System.Globalization;
using System.Reflection;

namespace QDrop;

/// <summary>
/// A setting: a property of <see cref="QuantizeAttribute"/> and of <see cref="QuantizationSettings"/>.
/// </summary>
internal sealed class Setting : ISetting
{
    private readonly PropertyInfo? _part;
    private readonly PropertyInfo _property;

    /// <param name="attribute">The property of the attribute, which says everything of the setting.</param>
    /// <param name="part">
    /// The property of the settings whose record has it; <see langword="null"/> for the settings.
    /// </param>
    /// <param name="property">The property of that record.</param>
    internal Setting(PropertyInfo attribute, PropertyInfo? part, PropertyInfo property)
    {
        (_part, _property) = (part, property);
        Name = attribute.Name;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Range = attribute.GetCustomAttribute<SettingRangeAttribute>();
        Rules = [.. attribute.GetCustomAttributes<SettingRuleAttribute>()];
    }

    /// <summary>Gets the name: that of the attribute's property and of the metadatum.</summary>
    public string Name { get; }

    /// <summary>Gets the part of the settings that has it; <see langword="null"/> where it is in no part.</summary>
    internal string? Part => _part?.Name;

    /// <summary>Gets where the settings have it: <c>W</c>, <c>Training.Epochs</c>.</summary>
    internal string Path => _part is null ? _property.Name : $"{_part.Name}.{_property.Name}";

    /// <summary>Gets the type of its values.</summary>
    internal Type Type { get; }

    /// <summary>Gets the range of a number; <see langword="null"/> for any value of the type.</summary>
    public SettingRangeAttribute? Range { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SettingRuleAttribute> Rules { get; }

    /// <summary>Gets the value; <see langword="null"/> where the settings leave it to the default.</summary>
    internal object? Of(QuantizationSettings settings) =>
        (_part is null ? settings : _part.GetValue(settings)) is { } record ? _property.GetValue(record) : null;

    /// <summary>Changes the value in a copy of the settings.</summary>
    internal QuantizationSettings With(QuantizationSettings settings, object? value)
    {
        QuantizationSettings copy = settings with { };
        object record = copy;
        if (_part is not null)
        {
            record = SettingsTable.Copy(_part.GetValue(copy) ?? Activator.CreateInstance(_part.PropertyType)!);
            _part.SetValue(copy, record);
        }
        _property.SetValue(record, value);
        return copy;
    }

    /// <summary>Checks that the value is in its range, or a member of its enumeration.</summary>
    /// <exception cref="QDropException">It is not.</exception>
    internal void Check(QuantizationSettings settings)
    {
        if (Of(settings) is not { } value)
            return;
        if (Range is not null)
        {
            double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
            if (!Range.Has(number))
                throw Unusable(Range.Code, Name, Range.Text(number), Range.Expected);
        }
        if (Type.IsEnum && !Enum.IsDefined(Type, value))
            throw Unusable(Codes.Setting, Name, $"{value}", "one of " + string.Join(", ", Enum.GetNames(Type)));
    }

    /// <summary>Reads a value from text as a project file has it. Its range is checked later.</summary>
    /// <exception cref="QDropException">
    /// QDROP106: the text is no value of the setting's type. QDROP036: it is no budget.
    /// </exception>
    internal object Parse(string text)
    {
        text = text.Trim();
        if (Range?.AlsoName is { } also && text.Equals(also, StringComparison.OrdinalIgnoreCase))
            return Range.Also;
        return SettingText.Parse(Name, text, Type);
    }

    /// <summary>The error of a value that cannot be used.</summary>
    internal static QDropException Unusable(string code, string name, string found, string expected) =>
        new(code, $"{name} = {found} cannot be used: expected {expected}.");
}
