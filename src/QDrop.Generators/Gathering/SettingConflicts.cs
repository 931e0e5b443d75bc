using System.Linq;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;

namespace QDrop.Generators.Gathering;

/// <summary>Settings of one <c>[Quantize]</c> that contradict each other.</summary>
internal sealed class SettingConflicts
{
    private readonly AttributeData _attribute;
    private readonly GivenSettings _given;
    private readonly AnalysisContext _context;
    private readonly string _method;

    private SettingConflicts(AttributeData attribute, GivenSettings given, AnalysisContext context)
    {
        (_attribute, _given, _context) = (attribute, given, context);
        _method = given.Choice("Method");
    }

    /// <param name="attribute">The attribute.</param>
    /// <param name="given">What it says.</param>
    /// <param name="context">The analysis.</param>
    public static void Check(AttributeData attribute, GivenSettings given, AnalysisContext context)
    {
        var conflicts = new SettingConflicts(attribute, given, context);
        conflicts.CheckTraining();
        conflicts.CheckReconstruction();
        conflicts.CheckScale();
        foreach ((string? setting, string? reason) in UnusedSettings.Of(given))
            conflicts.ReportRemovable(Rules.SettingWithoutEffect, setting, setting, reason);
    }

    private void CheckTraining()
    {
        bool drops = _given.Number("DropBits") > 0, learns = _given.Number("BitPenalty") > 0;
        if (drops && learns)
        {
            Report("DropBits", null, NumberText("DropBits"),
                "with a BitPenalty bit widths are learned, which drops levels itself; leave one of the two out");
        }
        foreach (string? setting in new[] { drops ? "DropBits" : null, learns ? "BitPenalty" : null })
        {
            if (setting is not null && !_given.Has("Method", "HasCategoricalGrids"))
            {
                Report(setting, null, NumberText(setting),
                    $"only Method = Cpq has levels that can be dropped, and this is {_method}");
            }
        }
        if (!_given.Trains)
            return;
        if (_given.IsTrue("ActivationsPerChannel"))
            Report("ActivationsPerChannel", "false", "true", $"Method = {_method} learns one grid for an activation");
        if (_given.Choice("Scale") is var scale and not "Free")
        {
            Report("Scale", null, scale,
                $"Method = {_method} takes the batch norms' factors into the scales in the end, so that they do not "
                    + "stay powers of two; leave Scale out");
        }
        if (_given.ValueOf("Budget") is string budget)
            Report("Budget", null, budget, $"Method = {_method} learns bit widths by BitPenalty");
        if (_given.ValueOf("Calibration") is INamedTypeSymbol source
            && !source.AllInterfaces.Any(i => i.ToDisplayString() == "QDrop.ILabelledCalibrationSource"))
        {
            Report("Calibration", null, source.Name,
                $"Method = {_method} trains the model, and it gives no classes: let it implement "
                    + "ILabelledCalibrationSource");
        }
    }

    private void CheckReconstruction()
    {
        if (_given.Has("Method", "DropsAll") && _given.IsGiven("Drop") && _given.Number("Drop") is >= 0 and < 1)
            Report("Drop", "1", NumberText("Drop"), $"Method = {_method} means Drop = 1; leave one of the two out");
        if (_given.Choice("ActivationLearning") == "LsqPlus" && _given.IsTrue("SymmetricActivations"))
        {
            Report("ActivationLearning", null, "LsqPlus",
                "it would learn the zero point, which SymmetricActivations = true keeps in the middle; expected Lsq or "
                    + "Fixed, or no SymmetricActivations");
        }
        if (_given.Choice("Loss") == "Fisher" && _given.Number("Norm") is not 2)
            ReportRemovable(Rules.NormOfFisher, "Norm", NumberText("Norm"));
        double start = _given.Number("BetaStart"), end = _given.Number("BetaEnd");
        if (start > 0 && end > 0 && start < end && !double.IsInfinity(end))
        {
            (string? setting, double found, double better, string? expected) = _given.IsGiven("BetaStart")
                ? ("BetaStart", start, end, $"expected at least BetaEnd, which is {SettingReader.Text(end)}")
                : ("BetaEnd", end, start, $"expected at most BetaStart, which is {SettingReader.Text(start)}");
            Report(setting, SettingReader.Code(better), SettingReader.Text(found), expected);
        }
    }

    private void CheckScale()
    {
        string scale = _given.Choice("Scale");
        if (scale != "Free" && _given.Choice("ActivationLearning") == "LsqPlus")
            ReportRemovable(Rules.LearnedOffset, "ActivationLearning", scale);
        double left = 1 - _given.Number("ExponentShare");
        if (left is > 0 and < 1 && _given.Number("ExponentActivationShare") is <= 1 and var share && share > left)
        {
            string setting = _given.IsGiven("ExponentActivationShare") ? "ExponentActivationShare" : "ExponentShare";
            Report(setting, null, NumberText(setting),
                "expected ExponentShare and ExponentActivationShare to be at most 1 together: both are shares of the "
                    + "iterations");
        }
        if (scale == "PowerOfTwo")
            return;
        foreach (SettingInfo? setting in _given.All.Values.Where(s => s.Part == "Exponents" && _given.IsGiven(s.Name)))
        {
            Report(setting.Name, null, NumberText(setting.Name),
                $"expected Scale = PowerOfTwo beside it: with Scale = {scale} no exponents are learned");
        }
    }

    private string NumberText(string setting)
    {
        double number = _given.Number(setting);
        return _given.All[setting].Range?.Text(number) ?? SettingReader.Text(number);
    }

    private void Report(string setting, string? better, string found, string expected) => _context.Report(
        Rules.Setting,
        AttributeArguments.LocationOf(_attribute, setting, _context),
        better is null ? [] : [new(FixData.Setting, setting), new(FixData.Value, better)],
        setting, found, expected);

    private void ReportRemovable(DiagnosticDescriptor rule, string setting, params string[] arguments) =>
        _context.Report(
            rule, AttributeArguments.LocationOf(_attribute, setting, _context), [new(FixData.Remove, "")], arguments);
}
