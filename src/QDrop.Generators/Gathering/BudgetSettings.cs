using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;

namespace QDrop.Generators.Gathering;

/// <summary>What <c>[Quantize]</c> of a model says of bit widths by layer, as far as it can be judged without the model's weights.</summary>
internal static class BudgetSettings
{
    /// <param name="attribute">The model's attribute.</param>
    /// <param name="settings">What it says.</param>
    /// <param name="partsHaveWidths">Whether parts of the model have widths of their own.</param>
    /// <param name="finding">What to work with.</param>
    public static void Check(AttributeData attribute, Settings settings, bool partsHaveWidths, AnalysisContext finding)
    {
        if (attribute.NamedArguments.Any(a => a.Key == "MaxW"))
            CheckMost(attribute, settings, finding);
        if (settings.Budget is { } budget && Fault(budget, settings, partsHaveWidths) is { } fault)
            finding.Report(Rules.Budget, AttributeArguments.LocationOf(attribute, "Budget", finding), [], budget, fault);
    }

    /// <summary>The weights' bit widths in words.</summary>
    public static string Widths(Settings settings) => settings.Budget is { } budget
        ? $"{SettingsGatherer.Text(settings.W)} to {SettingsGatherer.Text(settings.MaxW)} within {budget.Trim()}"
        : SettingsGatherer.Text(settings.W);

    private static void CheckMost(AttributeData attribute, Settings settings, AnalysisContext finding)
    {
        var most = SettingsGatherer.Text(settings.MaxW);
        if (settings.Budget is null)
            Report([new(FixData.Remove, "")], "expected a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget every layer has W");
        else if (settings.MaxW >= 2 && settings.MaxW < settings.W)
            Report([new(FixData.Setting, "MaxW"), new(FixData.Value, "8")], $"expected at least W, which is {SettingsGatherer.Text(settings.W)}: the budget chooses widths from W to MaxW");

        void Report(Models.FixProperty[] fix, string expected) => finding.Report(Rules.MaxW, AttributeArguments.LocationOf(attribute, "MaxW", finding), fix, most, expected);
    }

    /// <summary>What is certainly wrong, whatever the sizes of the layers.</summary>
    private static string? Fault(string budget, Settings settings, bool partsHaveWidths)
    {
        if (BudgetText.Read(budget, out var amount, out var measure) is { } fault)
            return fault;
        if (partsHaveWidths || measure is not (BudgetText.Bits or BudgetText.BitsPerMac))
            return null;
        var beside = $"with W = {SettingsGatherer.Text(settings.W)}, MaxW = {SettingsGatherer.Text(settings.MaxW)} and FirstLast = {SettingsGatherer.Text(settings.FirstLast)}";
        int least = Math.Min(settings.W, settings.FirstLast), most = Math.Max(settings.MaxW, settings.FirstLast);
        if (amount < least)
            return $"{beside} no weight has so few bits";
        if (amount > most)
            return $"{beside} no weight has so many bits";
        // The first and the last layer have weights, however few, so that they move the average. Of multiply-accumulates they may have none.
        if (measure != BudgetText.Bits)
            return null;
        if (amount == least && least < settings.FirstLast)
            return $"{beside} the average is above {SettingsGatherer.Text(least)}: the first and the last layer have FirstLast bits, and count";
        return amount == most && most > settings.FirstLast ? $"{beside} the average is below {SettingsGatherer.Text(most)}: the first and the last layer have FirstLast bits, and count" : null;
    }
}
