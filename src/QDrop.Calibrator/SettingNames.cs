namespace QDrop.Calibrator;

/// <summary>What metadata of a <c>QDropModel</c> item and properties of the project can give, by name.</summary>
internal static class SettingNames
{
    /// <summary>
    /// The preset, which gives values to settings. A setting that is given by itself takes precedence, so the preset
    /// comes first.
    /// </summary>
    internal const string Preset = nameof(QuantizeAttribute.Preset);

    /// <summary>Metadata that are no settings of quantization.</summary>
    private static readonly string[] Others =
    [
        nameof(QuantizeAttribute.Weights), nameof(QuantizeAttribute.Calibration),
        nameof(QuantizeAttribute.CalibrationData), "Insight", "Onnx", "OnnxWeights", "OnnxFormat", "OnnxExact",
    ];

    /// <summary>Gets all names that a <c>QDropModel</c> item understands.</summary>
    internal static IEnumerable<string> All =>
        SettingsTable.All.Select(static setting => setting.Name).Prepend(Preset).Concat(Others);

    /// <summary>Tells whether the name is that of a setting of quantization, or the preset.</summary>
    internal static bool IsSetting(string name) => IsPreset(name) || SettingsTable.Find(name) is not null;

    /// <summary>Tells whether the name is that of the preset.</summary>
    internal static bool IsPreset(string name) => name.Equals(Preset, StringComparison.OrdinalIgnoreCase);

    /// <summary>Changes one value; its range is checked later.</summary>
    /// <exception cref="QDropException">
    /// QDROP106: the text is no value of the setting's type. QDROP036: it is no budget.
    /// </exception>
    internal static QuantizationSettings With(this QuantizationSettings settings, string name, string value)
    {
        if (IsPreset(name))
            return settings.With((Preset)SettingText.Parse(Preset, value.Trim(), typeof(Preset)));
        Setting setting = SettingsTable.Find(name) ?? throw new ArgumentException($"There is no setting {name}.");
        return setting.With(settings, setting.Parse(value));
    }
}
