using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>Settings of one <c>[Quantize]</c> that contradict others, or that others leave unused.</summary>
/// <param name="attribute">The attribute.</param>
/// <param name="given">What it says.</param>
/// <param name="context">The analysis.</param>
internal sealed class SettingConflicts(AttributeData attribute, GivenSettings given, AnalysisContext context)
{
    /// <summary>Reports each once.</summary>
    public void Report()
    {
        var ignored = given.IgnoredByMethod().ToDictionary(s => s.Setting, s => s.Reason);
        var rules = new SettingRules(given);
        var wrong = new HashSet<string>();
        foreach (SettingInfo setting in given.All.Values)
        {
            SettingFault? fault = rules.FaultOf(setting);
            if (fault is not null and not { Code: Codes.SettingWithoutEffect })
            {
                // The other setting's own rules have said it.
                if (wrong.Add(fault.Setting))
                    Report(fault);
            }
            else if (given.IsGiven(setting.Name) && ignored.TryGetValue(setting.Name, out string? reason))
                ReportUnused(setting.Name, reason);
            else if (fault is not null)
                ReportUnused(setting.Name, fault.Expected);
        }
        CheckSource();
    }

    /// <summary>Training takes a source with labels.</summary>
    private void CheckSource()
    {
        if (given.Trains && given.ValueOf("Calibration") is INamedTypeSymbol source
            && !source.AllInterfaces.Any(i => i.ToDisplayString() == "QDrop.ILabelledCalibrationSource"))
        {
            context.Report(
                Rules.Setting, PlaceOf("Calibration"), "Calibration", source.Name,
                $"expected a class that also implements ILabelledCalibrationSource: Method = {given.Choice("Method")} "
                    + "trains the model");
        }
    }

    private void Report(SettingFault fault)
    {
        context.Report(
            Rules.ById(fault.Code), PlaceOf(fault.Setting),
            fault.Instead is { } better
                ? [new(FixData.Setting, fault.Setting), new(FixData.Value, better)]
                : [new(FixData.Remove, "")],
            fault.Setting, fault.Found, $"expected {fault.Expected}");
    }

    private void ReportUnused(string setting, string reason) => context.Report(
        Rules.SettingWithoutEffect, PlaceOf(setting), [new(FixData.Remove, "")], setting, reason);

    private LocationInfo PlaceOf(string setting) =>
        AttributeArguments.LocationOf(attribute, setting, context);
}
