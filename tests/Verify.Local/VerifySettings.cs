namespace VerifyTests;

/// <summary>Where a snapshot lies and what it is called.</summary>
public class VerifySettings
{
    internal string? Directory { get; private set; }

    internal string? Parameters { get; private set; }

    /// <summary>Puts the snapshot into a folder, relative to the test's source file.</summary>
    public void UseDirectory(string directory) => Directory = directory;

    /// <summary>Tells the cases of a test apart: the file is named <c>Class.Method_parameter…</c>.</summary>
    public void UseParameters(params object?[] parameters) => Parameters = string.Join('_', parameters);
}
