using System.Text.RegularExpressions;

namespace QDrop.Native;

/// <summary>What the system's loader says of a library that it refuses.</summary>
internal static partial class LoaderMessage
{
    /// <summary>The error for a library that does not load.</summary>
    /// <param name="path">The library.</param>
    /// <param name="e">What .NET made of the loader's words.</param>
    internal static QDropException Explain(string path, Exception e)
    {
        string words = Words(e.Message);
        if (MissingVersion().Match(words) is not { Success: true } version)
            return new QDropException(Codes.LibtorchNotLoaded, $"'{path}' does not load: {words}", e);
        return new QDropException(
            Codes.CppLibraryTooOld,
            $"'{path}' does not load: the C++ library of this system (libstdc++) is too old to have {version.Value}. " +
            "Build the program on this system with <QDropOlderLibstdcxx>true</QDropOlderLibstdcxx> in its project, " +
            "or run it on a newer system.",
            e);
    }

    /// <summary>The loader's own lines; .NET puts advice before them, and after them what it tried besides.</summary>
    private static string Words(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(' ', lines.Length > 1 ? lines[1..] : lines);
    }

    [GeneratedRegex("(GLIBCXX|CXXABI)_[0-9.]+[0-9]")]
    private static partial Regex MissingVersion();
}
