using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Gathering;

/// <summary>Checks single arguments of <c>[Quantize]</c> and writes them as C# expressions.</summary>
internal sealed class SettingReader(AttributeData attribute, AnalysisContext context)
{
    /// <summary>Checks a setting's value; <see langword="null"/> where there is none.</summary>
    public string? ValueCode(SettingInfo setting, TypedConstant value)
    {
        if (setting.Range is { } range && GivenSettings.NumberOf(value.Value) is { } number && !range.Has(number))
        {
            string? nearest = range.Nearest(number) is { } allowed ? Code(allowed) : null;
            Report(Rules.ById(range.Code), setting.Name, nearest, range.Text(number), $"expected {range.Expected}");
        }
        return value.Kind == TypedConstantKind.Enum ? MemberCode(setting.Name, value) : value.Value switch
        {
            bool truth => truth ? "true" : "false",
            int whole => Text(whole),
            long whole => Text(whole) + "L",
            double fraction => Code(fraction),
            string budget => $"global::QDrop.BitBudget.Parse({SymbolDisplay.FormatLiteral(budget, quote: true)})",
            _ => null,
        };
    }

    /// <summary>Checks that a value is a member of its enumeration.</summary>
    public string? MemberCode(string name, TypedConstant value)
    {
        if (value is not { Type: INamedTypeSymbol type, Value: int number })
            return null;
        string? member = GivenSettings.Member(type, number);
        if (member is null)
        {
            IEnumerable<string> members = type.GetMembers()
                .OfType<IFieldSymbol>()
                .Where(f => f.HasConstantValue)
                .Select(f => f.Name);
            Report(Rules.Setting, name, null, Text(number), "expected one of " + string.Join(", ", members));
        }
        return $"{type.ToDisplayString(SymbolNames.Qualified)}.{member}";
    }

    /// <summary>Checks that a path is not empty.</summary>
    public string? PathCode(string name, TypedConstant value)
    {
        if (value.Value is not string path)
            return null;
        if (string.IsNullOrWhiteSpace(path))
            Report(Rules.Setting, name, null, "\"" + path + "\"", "expected a path, relative to the project");
        return SymbolDisplay.FormatLiteral(path, quote: true);
    }

    /// <summary>Checks that a calibration source can be made, and gives as many inputs as the model takes.</summary>
    public string? SourceCode(string name, TypedConstant value, int inputs)
    {
        if (value.Value is not INamedTypeSymbol source)
            return null;
        var gives = source.AllInterfaces.Select(contract => contract.ToDisplayString()).ToList();
        string contract = inputs > 1 ? "IMultiInputCalibrationSource" : "ICalibrationSource";
        if (!gives.Contains("QDrop.IMultiInputCalibrationSource") && !gives.Contains("QDrop." + contract))
            Report(Rules.Setting, name, null, source.Name, $"it does not implement {contract}");
        else if (source.IsAbstract || source.IsUnboundGenericType || !source.InstanceConstructors.Any(IsUsable))
            Report(Rules.Setting, name, null, source.Name, "it has no public constructor without parameters");
        return $"typeof({source.ToDisplayString(SymbolNames.Qualified)})";

        static bool IsUsable(IMethodSymbol constructor) =>
            constructor.DeclaredAccessibility == Accessibility.Public && constructor.Parameters.Length == 0;
    }

    /// <summary>Writes a number as code that is a constant of its setting's type.</summary>
    public static string Code(double number) =>
        SymbolDisplay.FormatPrimitive(number, quoteStrings: true, useHexadecimalNumbers: false);

    /// <summary>Writes a value as it stands in messages.</summary>
    public static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture);

    private void Report(DiagnosticDescriptor rule, string name, string? better, string found, string expected) =>
        context.Report(
            rule,
            AttributeArguments.LocationOf(attribute, name, context),
            better is null ? [] : [new(FixData.Setting, name), new(FixData.Value, better)],
            name, found, expected);
}
