using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>
/// What <c>[Quantize]</c> of a model says of bit widths by layer, as far as it can be judged without the model's
/// weights.
/// </summary>
internal static class BudgetSettings
{
    /// <param name="attribute">The model's attribute.</param>
    /// <param name="settings">What it says.</param>
    /// <param name="partsHaveWidths">Whether parts of the model have widths of their own.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(AttributeData attribute, Settings settings, bool partsHaveWidths, AnalysisContext context)
    {
        if (settings.Budget is { } budget && Fault(budget, settings, partsHaveWidths) is { } fault)
        {
            LocationInfo place = AttributeArguments.LocationOf(attribute, "Budget", context);
            context.Report(Rules.Budget, place, [], budget, fault);
        }
    }

    /// <summary>The weights' bit widths in words.</summary>
    public static string Widths(Settings settings) => settings.Budget is { } budget
        ? $"{Text(settings.W)} to {Text(settings.MaxW)} within {budget.Trim()}"
        : Text(settings.W);

    /// <summary>What is certainly wrong, whatever the sizes of the layers.</summary>
    private static string? Fault(string budget, Settings settings, bool partsHaveWidths)
    {
        if (BudgetText.Read(budget, out decimal amount, out string? measure) is { } fault)
            return fault;
        if (partsHaveWidths || measure is not (BudgetText.Bits or BudgetText.BitsPerMac))
            return null;
        int min = Math.Min(settings.W, settings.FirstLast), max = Math.Max(settings.MaxW, settings.FirstLast);
        (string? w, string? maxW, string? firstLast) = (
            Text(settings.W), Text(settings.MaxW), Text(settings.FirstLast));
        string beside = $"with W = {w}, MaxW = {maxW} and FirstLast = {firstLast}";
        if (amount < min)
            return $"{beside} no weight has so few bits";
        if (amount > max)
            return $"{beside} no weight has so many bits";
        // The first and the last layer have weights, however few, so that they move the average. Of
        // multiply-accumulates they may have none.
        if (measure != BudgetText.Bits)
            return null;
        const string Counts = "the first and the last layer have FirstLast bits, and count";
        if (amount == min && min < settings.FirstLast)
            return $"{beside} the average is above {Text(min)}: {Counts}";
        return amount == max && max > settings.FirstLast
            ? $"{beside} the average is below {Text(max)}: {Counts}"
            : null;
    }

    private static string Text(int width) => SettingReader.Text(width);
}
