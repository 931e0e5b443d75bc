using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;

namespace QDrop.Generators.Gathering;

/// <summary>Settings of one <c>[Quantize]</c> that contradict each other, or of which one makes another useless.</summary>
internal static class SettingConflicts
{
    private static readonly string[] OfRounding = ["Lambda", "WarmUp", "BetaStart", "BetaEnd", "LearningRate"];

    private static readonly string[] OfActivations = ["ActivationLearning", "ActivationLearningRate"];

    /// <param name="attribute">The attribute.</param>
    /// <param name="finding">What to work with.</param>
    public static void Check(AttributeData attribute, AnalysisContext finding)
    {
        Contradictions(attribute, finding);
        foreach (var (setting, reason) in Useless(attribute))
            finding.Report(Rules.SettingWithoutEffect, AttributeArguments.LocationOf(attribute, setting, finding), [new(FixData.Remove, "")], setting, reason);
    }

    /// <summary>Name of the method that an attribute names; <see langword="null"/> where it names none.</summary>
    public static string? MethodOf(AttributeData attribute) => Choice(attribute, "Method");

    private static void Contradictions(AttributeData attribute, AnalysisContext finding)
    {
        ContradictionsOfTraining();
        if (Choice(attribute, "Method") == "Brecq" && ValueOf(attribute, "Drop")?.Value is double and >= 0 and < 1 and var probability)
            Report("Drop", "1", SettingsGatherer.Text(probability), "Method = Brecq means Drop = 1; leave one of the two out");
        if (Choice(attribute, "ActivationLearning") == "LsqPlus" && IsTrue(attribute, "SymmetricActivations"))
            Report("ActivationLearning", null, "LsqPlus", "it would learn the zero point, which SymmetricActivations = true keeps in the middle; expected Lsq or Fixed, or no SymmetricActivations");
        if (Choice(attribute, "Scale") is { } scale and not "Free" && Choice(attribute, "ActivationLearning") == "LsqPlus")
            finding.Report(Rules.LearnedOffset, AttributeArguments.LocationOf(attribute, "ActivationLearning", finding), [new(FixData.Remove, "")], scale);
        if (Choice(attribute, "Loss") == "Fisher" && ValueOf(attribute, "Norm")?.Value is double and not 2 and var norm)
            finding.Report(Rules.NormOfFisher, AttributeArguments.LocationOf(attribute, "Norm", finding), [new(FixData.Remove, "")], norm == 0 ? "Auto" : SettingsGatherer.Text(norm));
        double start = ValueOf(attribute, "BetaStart")?.Value as double? ?? 20, end = ValueOf(attribute, "BetaEnd")?.Value as double? ?? 2;
        if (start > 0 && end > 0 && start < end)
        {
            var (setting, found, expected) = ValueOf(attribute, "BetaStart") is null
                ? ("BetaEnd", end, $"expected at most BetaStart, which is {SettingsGatherer.Text(start)}")
                : ("BetaStart", start, $"expected at least BetaEnd, which is {SettingsGatherer.Text(end)}");
            Report(setting, SettingsGatherer.Code(start + end - found), SettingsGatherer.Text(found), expected);
        }

        void ContradictionsOfTraining()
        {
            string method = MethodOf(attribute) ?? "QDrop";
            bool drops = ValueOf(attribute, "DropBits")?.Value is double and > 0, learns = ValueOf(attribute, "BitPenalty")?.Value is double and > 0;
            if (drops && learns)
                Report("DropBits", null, SettingsGatherer.Text(ValueOf(attribute, "DropBits")!.Value.Value!), "with a BitPenalty bit widths are learned, which drops levels itself; leave one of the two out");
            foreach (var setting in new[] { drops ? "DropBits" : null, learns ? "BitPenalty" : null })
            {
                if (setting is not null && method != "Cpq")
                    Report(setting, null, SettingsGatherer.Text(ValueOf(attribute, setting)!.Value.Value!), $"only Method = Cpq has levels that can be dropped, and this is {method}");
            }
            if (SettingsGatherer.IsTraining(method) && IsTrue(attribute, "ActivationsPerChannel"))
                Report("ActivationsPerChannel", "false", "true", $"Method = {method} learns one grid for an activation");
            if (SettingsGatherer.IsTraining(method) && Choice(attribute, "Scale") is { } scale and not "Free")
                Report("Scale", null, scale, $"Method = {method} takes the batch norms' factors into the scales in the end, so that they do not stay powers of two; leave Scale out");
            if (SettingsGatherer.IsTraining(method) && ValueOf(attribute, "Budget")?.Value is string budget)
                Report("Budget", null, budget, $"Method = {method} learns bit widths by BitPenalty");
            if (SettingsGatherer.IsTraining(method) && ValueOf(attribute, "Calibration")?.Value is INamedTypeSymbol source
                && !source.AllInterfaces.Any(contract => contract.ToDisplayString() == "QDrop.ILabelledCalibrationSource"))
            {
                Report("Calibration", null, source.Name, $"Method = {method} trains the model, and it gives no classes: let it implement ILabelledCalibrationSource");
            }
        }

        void Report(string setting, string? better, string found, string expected) => finding.Report(
            Rules.Setting,
            AttributeArguments.LocationOf(attribute, setting, finding),
            better is null ? [] : [new(FixData.Setting, setting), new(FixData.Value, better)],
            setting, found, expected);
    }

    /// <summary>Settings that are given and not used, each once, with what makes them useless.</summary>
    private static IEnumerable<(string Setting, string Reason)> Useless(AttributeData attribute)
    {
        var method = Choice(attribute, "Method");
        // Without reconstruction there is nothing to drop, to repeat or to weight.
        string[] unused = method switch
        {
            "Nearest" => ["Drop", "Preset", "Iterations", "Granularity", "Loss", "Norm", .. OfActivations, .. OfRounding],
            // One layer after the other, with float activations.
            "AdaRound" => ["Drop", "Granularity", .. OfActivations],
            // Quantization is always dropped, so that nothing can be learned of it.
            "Brecq" => OfActivations,
            // The model is trained as a whole, its weights with one symmetric grid each.
            "Cpq" or "Lsq" => ["Drop", "Preset", "Iterations", "Granularity", "Loss", "Norm", "Order", "WeightsPerChannel", "SymmetricWeights", .. OfActivations, .. OfRounding],
            _ => [],
        };
        foreach (var setting in unused.Where(IsGiven))
            yield return (setting, $"Method = {method}");
        if (IsGiven("Epochs") && !SettingsGatherer.IsTraining(method))
            yield return ("Epochs", $"Method = {method ?? "QDrop"}");
        if (Choice(attribute, "ActivationLearning") == "Fixed" && IsGiven("ActivationLearningRate") && !unused.Contains("ActivationLearningRate"))
            yield return ("ActivationLearningRate", "ActivationLearning = Fixed");
        else if (Choice(attribute, "Scale") is { } scale and not "Free" && IsGiven("ActivationLearningRate") && !unused.Contains("ActivationLearningRate"))
            yield return ("ActivationLearningRate", $"Scale = {scale}");
        // Exponents that were fixed stay, whatever is said of learning.
        if (Choice(attribute, "Scale") == "NearestPowerOfTwo" && Choice(attribute, "ActivationLearning") is not (null or "LsqPlus") && !unused.Contains("ActivationLearning"))
            yield return ("ActivationLearning", "Scale = NearestPowerOfTwo");
        string weights = Choice(attribute, "WeightObserver") ?? "LeastError", activations = Choice(attribute, "ActivationObserver") ?? "LeastError";
        if (IsGiven("Percentile") && weights != "Percentile" && activations != "Percentile")
            yield return ("Percentile", $"WeightObserver = {weights} and ActivationObserver = {activations}");
        // Without reconstruction a batch is only what averages of ranges are taken over.
        if (IsGiven("BatchSize") && SettingsGatherer.IsTraining(method) && activations is not ("AverageLeastError" or "AverageMinMax"))
            yield return ("BatchSize", $"Method = {method} and ActivationObserver = {activations}");

        bool IsGiven(string setting) => ValueOf(attribute, setting) is not null;
    }

    private static bool IsTrue(AttributeData attribute, string setting) => ValueOf(attribute, setting)?.Value is true;

    /// <summary>Name of the member that a setting is set to; <see langword="null"/> where it is not set.</summary>
    private static string? Choice(AttributeData attribute, string setting) =>
        ValueOf(attribute, setting) is { Type: INamedTypeSymbol type, Value: int value } ? SettingsGatherer.Member(type, value) : null;

    private static TypedConstant? ValueOf(AttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.Key == name).Select(a => (TypedConstant?)a.Value).FirstOrDefault();
}
