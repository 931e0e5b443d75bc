using System.Globalization;

namespace QDrop;

/// <summary>Reads values of settings from text, as a project file has them.</summary>
internal static class SettingText
{
    /// <summary>Reads a value.</summary>
    /// <param name="name">The setting's name, for messages.</param>
    /// <param name="text">The text.</param>
    /// <param name="type">The type of the setting's values.</param>
    /// <exception cref="QDropException">
    /// QDROP106: the text is no value of the type. QDROP036: it is no budget.
    /// </exception>
    internal static object Parse(string name, string text, Type type)
    {
        (object? value, string? expected) = type.IsEnum
            ? (Member(text, type), "one of " + string.Join(", ", Enum.GetNames(type)))
            : type == typeof(int) ? (Int(text), "a whole number")
            : type == typeof(long) ? (Long(text), "a whole number")
            : type == typeof(double) ? (Double(text), "a number with a decimal point, such as 0.5")
            : type == typeof(bool) ? (Bool(text), "true or false")
            : type == typeof(BitBudget) ? ((object?)BitBudget.Parse(text), "")
            : throw new NotSupportedException($"{name} is a {type}, which text has no form for.");
        return value ?? throw Setting.Unusable(Codes.NoValue, name, text, expected);
    }

    private static object? Int(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static object? Long(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed : null;

    private static object? Double(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static object? Bool(string text) => bool.TryParse(text, out bool truth) ? truth : null;

    private static object? Member(string text, Type type) =>
        Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse(type, known)
            : null;
}
