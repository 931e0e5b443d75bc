using Microsoft.CodeAnalysis;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Gathering;

/// <summary>What <c>[Quantize]</c> says, as C# expressions.</summary>
/// <param name="PresetCode">The preset; <see langword="null"/> for none.</param>
/// <param name="SettingsCode">The settings that it gives, as they stand in an initializer.</param>
/// <param name="WeightsCode">The file of the weights; <see langword="null"/> for none.</param>
/// <param name="CalibrationCode">The calibration source; <see langword="null"/> for none.</param>
/// <param name="CalibrationDataCode">The calibration data; <see langword="null"/> for none.</param>
internal sealed record Settings(
    string? PresetCode,
    EquatableArray<string> SettingsCode,
    string? WeightsCode,
    string? CalibrationCode,
    string? CalibrationDataCode)
{
    /// <summary>Gets the bit width of weights; the attribute's default where it says nothing.</summary>
    public int W { get; init; }

    /// <summary>Gets the largest bit width of weights where there is a budget.</summary>
    public int MaxW { get; init; }

    /// <summary>Gets the budget of bit widths; <see langword="null"/> where there is none.</summary>
    public string? Budget { get; init; }

    /// <summary>Gets the bit width of activations.</summary>
    public int A { get; init; }

    /// <summary>Gets the bit width of the first and last layer's weights and of the last layer's input.</summary>
    public int FirstLast { get; init; }

    /// <summary>
    /// Gets what is reconstructed as one unit; <see langword="null"/> where the attribute says nothing.
    /// </summary>
    public string? Granularity { get; init; }
}

/// <summary>Reads and checks the arguments of <c>[Quantize]</c>.</summary>
internal static class SettingsGatherer
{
    /// <param name="attribute">The attribute.</param>
    /// <param name="inputs">Tensors that the model takes.</param>
    /// <param name="context">The analysis.</param>
    /// <param name="isPart">
    /// Whether the attribute is that of a part of a model: most settings mean nothing there, which is said elsewhere.
    /// </param>
    public static Settings Gather(
        AttributeData attribute, int inputs, AnalysisContext context, bool isPart = false)
    {
        var given = new GivenSettings(attribute);
        var reader = new SettingReader(attribute, context);
        List<string> own = [];
        Dictionary<string, List<string>> parts = [];
        string? preset = null, weights = null, calibration = null, calibrationData = null;
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            switch (argument.Key)
            {
                case "Preset":
                    preset = reader.MemberCode(argument.Key, argument.Value);
                    break;
                case "Weights":
                    weights = reader.PathCode(argument.Key, argument.Value);
                    break;
                case "CalibrationData":
                    calibrationData = reader.PathCode(argument.Key, argument.Value);
                    break;
                case "Calibration":
                    calibration = reader.SourceCode(argument.Key, argument.Value, inputs);
                    break;
                case "Factory":
                    break;
                default:
                    if (given.All.TryGetValue(argument.Key, out SettingInfo? setting)
                        && reader.ValueCode(setting, argument.Value) is { } code)
                    {
                        PartOf(setting).Add($"{setting.Place?.Member ?? setting.Name} = {code}");
                    }
                    break;
            }
        }
        own.AddRange(parts.Select(part => $"{part.Key} = new() {{ {string.Join(", ", part.Value)} }}"));
        if (!isPart)
            new SettingConflicts(attribute, given, context).Report();
        return new Settings(preset, own.ToEquatableArray(), weights, calibration, calibrationData)
        {
            W = given.Bits("W"),
            MaxW = given.Bits("MaxW"),
            Budget = given.ValueOf("Budget") as string,
            A = given.Bits("A"),
            FirstLast = given.Bits("FirstLast"),
            Granularity = given.IsGiven("Granularity") ? given.Choice("Granularity") : null,
        };

        List<string> PartOf(SettingInfo setting)
        {
            if (setting.Place is not { } place)
                return own;
            if (!parts.TryGetValue(place.Part, out List<string>? part))
                parts.Add(place.Part, part = []);
            return part;
        }
    }
}
