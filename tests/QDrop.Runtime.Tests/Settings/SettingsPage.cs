using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace QDrop.Tests.Settings;

/// <summary>Writes <c>docs/settings.md</c> from the table of settings and the comments on the attribute.</summary>
internal static partial class SettingsPage
{
    private static readonly Dictionary<string, XElement> _comments =
        XDocument.Load(Path.ChangeExtension(typeof(QuantizeAttribute).Assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(static m => m.Attribute("name")!.Value);

    /// <summary>Writes the page.</summary>
    public static string Write()
    {
        var page = new StringBuilder(
            """
            # Settings

            Every setting is a property of `[Quantize]`, a metadatum of the same name of a
            [`QDropModel` item](build.md#models-and-settings), and a property of `QuantizationSettings`. What
            an item gives takes precedence over the attribute. A value outside its range is an error where it stands:
            [QDROP004](diagnostics/QDROP004.md), [QDROP005](diagnostics/QDROP005.md), [QDROP006](diagnostics/QDROP006.md).
            The report and the artifact have the settings that differ from their default.

            `Preset` (`Paper` or `Quick`) stands for values of other settings; one that is given beside it takes
            precedence.

            ## Quantization

            """
        );
        Table(page, null);
        page.Append("""

            ## Training

            With `Method` = `Cpq` or `Lsq`. In code they are properties of `TrainingSettings`, the `Training` of
            `QuantizationSettings`.

            """);
        Table(page, nameof(QuantizationSettings.Training));
        page.Append("""

            ## Exponents

            Only with `Scale` = `PowerOfTwo`. In code they are properties of `ExponentSettings`, the `Exponents` of
            `QuantizationSettings`.

            """);
        Table(page, nameof(QuantizationSettings.Exponents));
        page.Append("\n## Values\n");
        IEnumerable<Type> types = SettingsTable
            .All.Select(static s => s.Type)
            .Where(static t => t.IsEnum)
            .Append(typeof(Preset));
        foreach (Type type in types.Distinct().OrderBy(static t => t.Name, StringComparer.Ordinal))
            Members(page, type);
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void Table(StringBuilder page, string? part)
    {
        string path = part is null ? "" : " in code |";
        page.Append($"\n| setting |{path} type | range | default | what it does |\n");
        page.Append($"|---|{(part is null ? "" : "---|")}---|---|---|---|\n");
        foreach (Setting setting in SettingsTable.All.Where(s => s.Part == part))
        {
            PropertyInfo property = typeof(QuantizeAttribute).GetProperty(setting.Name)!;
            path = part is null ? "" : $" `{setting.Path[(part.Length + 1)..]}` |";
            page.Append($"| `{setting.Name}` |{path} {TypeName(setting)} | {Range(setting)} | {Default(property)} ");
            page.Append($"| {Summary($"P:{typeof(QuantizeAttribute)}.{setting.Name}")} |\n");
        }
    }

    private static void Members(StringBuilder page, Type type)
    {
        page.Append($"\n### {type.Name}\n\n{Summary($"T:{type}")}\n\n| value | |\n|---|---|\n");
        foreach (string name in Enum.GetNames(type))
            page.Append($"| `{name}` | {Summary($"F:{type}.{name}")} |\n");
    }

    private static string TypeName(Setting setting) => setting.Type switch
    {
        { IsEnum: true } type => $"[`{type.Name}`](#{type.Name.ToLowerInvariant()})",
        var type when type == typeof(BitBudget) => "[budget](build.md#bit-widths-by-layer)",
        var type when type == typeof(bool) => "`bool`",
        var type when type == typeof(double) => "`double`",
        var type when type == typeof(long) => "`long`",
        _ => "`int`",
    };

    private static string Range(Setting setting) => setting switch
    {
        { Range: { } range } => range.ToString(),
        { Type.IsEnum: true } => string.Join(", ", Enum.GetNames(setting.Type).Select(static name => $"`{name}`")),
        { Type: var type } when type == typeof(bool) => "`true`, `false`",
        _ => "any",
    };

    private static string Default(PropertyInfo property) =>
        property.GetCustomAttribute<DefaultValueAttribute>()?.Value switch
        {
            null => "none",
            bool truth => truth ? "`true`" : "`false`",
            Enum member => $"`{member}`",
            double number => number.ToString("#,0.############", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString("#,0", CultureInfo.InvariantCulture),
            var other => throw new NotSupportedException($"{other}"),
        };

    private static string Summary(string member)
    {
        var text = new StringBuilder();
        foreach (XNode node in _comments[member].Element("summary")!.Nodes())
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement element => $"`{NameOf(element)}`",
                _ => node.ToString(),
            });
        }
        return Spaces().Replace(text.ToString(), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    /// <summary>What a reference is called: a setting by its name, a member with its type.</summary>
    private static string NameOf(XElement reference)
    {
        if (reference.Attribute("langword")?.Value is { } word)
            return word;
        string[] names = reference.Attribute("cref")!.Value[2..].Split('.');
        bool isMember = reference.Attribute("cref")!.Value[0] != 'T' && names[^2] != nameof(QuantizeAttribute);
        return isMember ? $"{names[^2]}.{names[^1]}" : names[^1];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
