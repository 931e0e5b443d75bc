namespace QDrop;

/// <summary>The values of a calibration's settings, as rules between settings see them.</summary>
/// <param name="settings">The settings.</param>
internal sealed class SettingValues(QuantizationSettings settings) : ISettingValues
{
    private static readonly QuantizationSettings Defaults = new() { Training = new(), Exponents = new() };

    /// <inheritdoc/>
    public ISetting this[string name] => Find(name);

    /// <inheritdoc/>
    public bool AreOfAttribute => false;

    /// <inheritdoc/>
    public bool IsGiven(string name)
    {
        Setting setting = Find(name);
        return setting.Of(settings) is { } value && !value.Equals(setting.Of(Defaults));
    }

    /// <inheritdoc/>
    public object? ValueOf(string name)
    {
        Setting setting = Find(name);
        object? value = setting.Of(settings) ?? setting.Of(Defaults);
        return value is int whole ? (double)whole : value;
    }

    /// <inheritdoc/>
    public bool Has(string name, string trait) => ValueOf(name) is Enum value
        && value.GetType().GetField(value.ToString()) is { } member
        && member.GetCustomAttributesData().SelectMany(static data => data.NamedArguments)
            .Any(argument => argument.MemberName == trait && argument.TypedValue.Value is true);

    private static Setting Find(string name) =>
        SettingsTable.Find(name) ?? throw new ArgumentException($"There is no setting {name}.", nameof(name));
}
