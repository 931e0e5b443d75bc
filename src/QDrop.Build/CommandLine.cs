using System.Text;

namespace QDrop.Build;

/// <summary>
/// Command lines as <see cref="System.Diagnostics.ProcessStartInfo.Arguments"/> splits them, on every system.
/// </summary>
/// <remarks>Of our own: .NET Standard 2.0 has no <c>ProcessStartInfo.ArgumentList</c>.</remarks>
internal static class CommandLine
{
    /// <summary>
    /// Joins arguments so that each arrives as it is: with spaces, quotation marks or backslashes, or empty.
    /// </summary>
    internal static string Join(IEnumerable<string> arguments) => string.Join(" ", arguments.Select(Quote));

    private static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.All(static c => !char.IsWhiteSpace(c) && c != '"'))
            return argument;

        // A backslash is itself, unless a run of them stands before a quotation mark: then each counts for half.
        var text = new StringBuilder("\"");
        int backslashes = 0;
        foreach (char c in argument)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            text.Append('\\', c == '"' ? (2 * backslashes) + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        return text.Append('\\', 2 * backslashes).Append('"').ToString();
    }
}
