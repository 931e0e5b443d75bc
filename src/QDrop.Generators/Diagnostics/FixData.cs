namespace QDrop.Generators.Diagnostics;

/// <summary>Names of what a diagnostic tells its fix, in <c>Diagnostic.Properties</c>.</summary>
internal static class FixData
{
    /// <summary>Name of the setting that is wrong.</summary>
    public const string Setting = nameof(Setting);

    /// <summary>The expression to put in the place of the setting's.</summary>
    public const string Value = nameof(Value);

    /// <summary>Name of the factory to add; empty where there is none yet.</summary>
    public const string Factory = nameof(Factory);

    /// <summary>Whether the underlined attribute or argument is to be removed.</summary>
    public const string Remove = nameof(Remove);

    /// <summary>Name of the class of QDrop.Models that has the source of a module.</summary>
    public const string Model = nameof(Model);
}
