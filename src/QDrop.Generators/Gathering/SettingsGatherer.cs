using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Lowering;

namespace QDrop.Generators.Gathering;

/// <summary>The settings of <c>[Quantize]</c>, as C# expressions.</summary>
internal sealed record Settings(string? PresetCode, EquatableArray<string> SettingsCode, string? WeightsCode, string? CalibrationCode, string? CalibrationDataCode)
{
    /// <summary>Bit width of weights; the attribute's default where it says nothing.</summary>
    public int W { get; init; } = 4;

    /// <summary>Bit width of activations.</summary>
    public int A { get; init; } = 4;

    /// <summary>Bit width of the first and last layer's weights and of the last layer's input.</summary>
    public int FirstLast { get; init; } = 8;

    /// <summary>What is reconstructed as one unit; <see langword="null"/> where the attribute says nothing.</summary>
    public string? Granularity { get; init; }
}

/// <summary>Reads and checks the arguments of <c>[Quantize]</c>.</summary>
internal static class SettingsGatherer
{
    /// <param name="attribute">The attribute.</param>
    /// <param name="inputs">Tensors that the model takes.</param>
    /// <param name="finding">What to work with.</param>
    public static Settings Gather(AttributeData attribute, int inputs, Finding finding)
    {
        var code = new List<string>();
        string? preset = null, weights = null, calibration = null, calibrationData = null;
        var bits = new Settings(null, default, null, null, null);
        foreach (var argument in attribute.NamedArguments)
        {
            var value = argument.Value;
            switch (argument.Key)
            {
                case "W" or "A" or "FirstLast" when value.Value is int width:
                    if (width is < 2 or > 8)
                        Report(Rules.BitWidth, argument.Key, Text(width < 2 ? 2 : 8), argument.Key, Text(width));
                    code.Add($"{argument.Key} = {Text(width)}");
                    bits = argument.Key switch { "W" => bits with { W = width }, "A" => bits with { A = width }, _ => bits with { FirstLast = width } };
                    break;
                case "Drop" when value.Value is double drop:
                    if (!(drop >= 0 && drop <= 1))
                        Report(Rules.Drop, argument.Key, drop < 0 ? "0" : drop > 1 ? "1" : null, Text(drop));
                    code.Add($"Drop = {SymbolDisplay.FormatPrimitive(drop, quoteStrings: true, useHexadecimalNumbers: false)}");
                    break;
                case "Iterations" or "Samples" when value.Value is int count:
                    if (count < 1)
                        Report(Rules.Setting, argument.Key, "1", argument.Key, Text(count), "expected at least 1");
                    code.Add($"{argument.Key} = {Text(count)}");
                    break;
                case "Seed" when value.Value is long seed:
                    code.Add($"Seed = {Text(seed)}L");
                    break;
                case "Preset" when value is { Type: INamedTypeSymbol type, Value: int member }:
                    preset = MemberCode(argument.Key, type, member);
                    break;
                case "Granularity" when value is { Type: INamedTypeSymbol type, Value: int member }:
                    code.Add($"Granularity = {MemberCode(argument.Key, type, member)}");
                    bits = bits with { Granularity = Member(type, member) };
                    break;
                case "Method" or "Loss" or "ActivationLearning" when value is { Type: INamedTypeSymbol type, Value: int member }:
                    code.Add($"{argument.Key} = {MemberCode(argument.Key, type, member)}");
                    break;
                case "Weights" when value.Value is string path:
                    weights = Path(argument.Key, path);
                    break;
                case "CalibrationData" when value.Value is string path:
                    calibrationData = Path(argument.Key, path);
                    break;
                case "Calibration" when value.Value is INamedTypeSymbol source:
                    CheckSource(source);
                    calibration = $"typeof({source.ToDisplayString(BodyRewriter.Qualified)})";
                    break;
            }
        }
        CheckTogether();
        return bits with { PresetCode = preset, SettingsCode = code.ToEquatableArray(), WeightsCode = weights, CalibrationCode = calibration, CalibrationDataCode = calibrationData };

        void Report(DiagnosticDescriptor rule, string argument, string? better, params string[] arguments) => finding.Report(
            rule,
            AttributeArguments.LocationOf(attribute, argument, finding),
            better is null ? [] : [new(FixData.Setting, argument), new(FixData.Value, better)],
            arguments);

        string MemberCode(string argument, INamedTypeSymbol type, int value)
        {
            var field = Member(type, value);
            if (field is null)
                Report(Rules.Setting, argument, null, argument, Text(value), "expected one of " + string.Join(", ", type.GetMembers().OfType<IFieldSymbol>().Where(f => f.HasConstantValue).Select(f => f.Name)));
            return $"{type.ToDisplayString(BodyRewriter.Qualified)}.{field}";
        }

        string Path(string argument, string path)
        {
            if (string.IsNullOrWhiteSpace(path))
                Report(Rules.Setting, argument, null, argument, "\"" + path + "\"", "expected a path, relative to the project");
            return SymbolDisplay.FormatLiteral(path, quote: true);
        }

        void CheckSource(INamedTypeSymbol source)
        {
            var gives = source.AllInterfaces.Select(contract => contract.ToDisplayString()).ToList();
            if (!gives.Contains("QDrop.IMultiInputCalibrationSource") && (inputs > 1 || !gives.Contains("QDrop.ICalibrationSource")))
                Report(Rules.Setting, "Calibration", null, "Calibration", source.Name, inputs > 1 ? "it does not implement IMultiInputCalibrationSource" : "it does not implement ICalibrationSource");
            else if (source.IsAbstract || source.IsUnboundGenericType || !source.InstanceConstructors.Any(c => c.DeclaredAccessibility == Accessibility.Public && c.Parameters.Length == 0))
                Report(Rules.Setting, "Calibration", null, "Calibration", source.Name, "it has no public constructor without parameters");
        }

        void CheckTogether()
        {
            if (ValueOf("Method") is not { Type: INamedTypeSymbol type, Value: int value })
                return;
            var method = Member(type, value);
            if (method == "Brecq" && ValueOf("Drop")?.Value is double and >= 0 and < 1 and var probability)
                Report(Rules.Setting, "Drop", "1", "Drop", Text(probability), "Method = Brecq means Drop = 1; leave one of the two out");
            // Without reconstruction there is nothing to drop, to repeat or to weight.
            string[] unused = method switch
            {
                "Nearest" => ["Drop", "Preset", "Iterations", "Granularity", "Loss", "ActivationLearning"],
                // One layer after the other, with float activations.
                "AdaRound" => ["Drop", "Granularity", "ActivationLearning"],
                // Quantization is always dropped, so that nothing can be learned of it.
                "Brecq" => ["ActivationLearning"],
                _ => [],
            };
            foreach (var setting in unused.Where(setting => ValueOf(setting) is not null))
                finding.Report(Rules.SettingWithoutEffect, AttributeArguments.LocationOf(attribute, setting, finding), [new(FixData.Remove, "")], setting, method!);
        }

        TypedConstant? ValueOf(string name) => attribute.NamedArguments.Where(a => a.Key == name).Select(a => (TypedConstant?)a.Value).FirstOrDefault();
    }

    /// <summary>Name of the enumeration's member with a value.</summary>
    private static string? Member(INamedTypeSymbol type, int value) =>
        type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => f.HasConstantValue && Equals(f.ConstantValue, value))?.Name;

    private static string Text(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture);
}
