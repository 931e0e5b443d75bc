using System.Reflection;

namespace QDrop;

/// <summary>How severe a diagnostic is where nobody says otherwise.</summary>
internal enum CodeSeverity
{
    /// <summary>It cannot be done correctly.</summary>
    Error,

    /// <summary>It may be other than its author thinks.</summary>
    Warning,

    /// <summary>It could be better.</summary>
    Info,
}

/// <summary>The row of a code in <see cref="Codes"/>.</summary>
/// <param name="severity">How severe the diagnostic is.</param>
/// <param name="title">What is wrong, in a few words.</param>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class CodeAttribute(CodeSeverity severity, string title) : Attribute
{
    public CodeSeverity Severity { get; } = severity;

    public string Title { get; } = title;

    /// <summary>Finds the row of a code.</summary>
    public static CodeAttribute Of(string code)
    {
        foreach (FieldInfo field in typeof(Codes).GetFields())
        {
            if (field.GetValue(null) as string == code)
                return field.GetCustomAttribute<CodeAttribute>()!;
        }
        throw new ArgumentException($"{code} is not in the table of codes.", nameof(code));
    }
}
