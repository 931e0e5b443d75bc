namespace QDrop;

/// <summary>Values of settings: those that one attribute gives, or those of a calibration.</summary>
internal interface ISettingValues
{
    /// <summary>Finds a setting.</summary>
    ISetting this[string name] { get; }

    /// <summary>Gets whether these are what one attribute says.</summary>
    bool AreOfAttribute { get; }

    /// <summary>Tells whether a setting is given, or differs from its default where that cannot be told.</summary>
    bool IsGiven(string name);

    /// <summary>Gets a value, whole numbers as <see cref="double"/>; <see langword="null"/> for none.</summary>
    object? ValueOf(string name);

    /// <summary>Tells whether the member of an enumeration that is a setting's value is marked with a trait.</summary>
    bool Has(string name, string trait);
}
