using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Gathering;

/// <summary>The settings of <c>[Quantize]</c>, as C# expressions.</summary>
internal sealed record Settings(string? PresetCode, EquatableArray<string> SettingsCode, string? WeightsCode, string? CalibrationCode, string? CalibrationDataCode)
{
    /// <summary>Bit width of weights; the attribute's default where it says nothing.</summary>
    public int W { get; init; } = 4;

    /// <summary>The largest bit width of weights where there is a budget.</summary>
    public int MaxW { get; init; } = 8;

    /// <summary>The budget of bit widths; <see langword="null"/> where there is none.</summary>
    public string? Budget { get; init; }

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
    public static Settings Gather(AttributeData attribute, int inputs, AnalysisContext finding)
    {
        var code = new List<string>();
        var training = new List<string>();
        string? preset = null, weights = null, calibration = null, calibrationData = null;
        var bits = new Settings(null, default, null, null, null);
        foreach (var argument in attribute.NamedArguments)
        {
            var value = argument.Value;
            switch (argument.Key)
            {
                case "W" or "A" or "FirstLast" or "MaxW" when value.Value is int width:
                    if (width is < 2 or > 8)
                        Report(Rules.BitWidth, argument.Key, Text(width < 2 ? 2 : 8), argument.Key, Text(width));
                    code.Add($"{argument.Key} = {Text(width)}");
                    bits = argument.Key switch { "W" => bits with { W = width }, "A" => bits with { A = width }, "MaxW" => bits with { MaxW = width }, _ => bits with { FirstLast = width } };
                    break;
                case "Budget" when value.Value is string budget:
                    code.Add($"Budget = global::QDrop.BitBudget.Parse({SymbolDisplay.FormatLiteral(budget, quote: true)})");
                    bits = bits with { Budget = budget };
                    break;
                case "Drop" when value.Value is double drop:
                    if (!(drop >= 0 && drop <= 1))
                        Report(Rules.Drop, argument.Key, drop < 0 ? "0" : drop > 1 ? "1" : null, Text(drop));
                    code.Add($"Drop = {Code(drop)}");
                    break;
                case var name when SettingRange.Of(name) is { } range && Number(value) is { } number:
                    if (!range.Has(number))
                        Report(Rules.Setting, name, range.Nearest(number) is { } nearest ? Code(nearest) : null, name, Text(number), $"expected {range.Expected}");
                    (name is "Epochs" or "BitPenalty" ? training : code).Add($"{name} = {Code(number)}");
                    break;
                case "DropBits" when value.Value is double drop:
                    if (!(drop >= 0 && drop < 1))
                        Report(Rules.Setting, argument.Key, drop < 0 ? "0" : null, argument.Key, Text(drop), "expected a probability from 0 to below 1");
                    training.Add($"DropBits = {Code(drop)}");
                    break;
                case "WeightsPerChannel" or "ActivationsPerChannel" or "SymmetricWeights" or "SymmetricActivations" when value.Value is bool truth:
                    code.Add($"{argument.Key} = {(truth ? "true" : "false")}");
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
                case "Method" or "Loss" or "ActivationLearning" or "WeightObserver" or "ActivationObserver" or "Order" or "Scale" when value is { Type: INamedTypeSymbol type, Value: int member }:
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
                    calibration = $"typeof({source.ToDisplayString(SymbolNames.Qualified)})";
                    break;
            }
        }
        if (training.Count > 0)
            code.Add($"Training = new() {{ {string.Join(", ", training)} }}");
        SettingConflicts.Check(attribute, finding);
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
            return $"{type.ToDisplayString(SymbolNames.Qualified)}.{field}";
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
    }

    /// <summary>Whether a method trains the model.</summary>
    public static bool IsTraining(string? method) => method is "Cpq" or "Lsq";

    /// <summary>Name of the enumeration's member with a value.</summary>
    internal static string? Member(INamedTypeSymbol type, int value) =>
        type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(f => f.HasConstantValue && Equals(f.ConstantValue, value))?.Name;

    private static double? Number(TypedConstant value) => value.Value switch
    {
        int whole => whole,
        double number => number,
        _ => null,
    };

    /// <summary>A number as code that is a constant of its setting's type.</summary>
    internal static string Code(double number) => SymbolDisplay.FormatPrimitive(number, quoteStrings: true, useHexadecimalNumbers: false);

    internal static string Text(object value) => System.Convert.ToString(value, CultureInfo.InvariantCulture);
}
