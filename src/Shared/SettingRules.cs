using System.Globalization;

namespace QDrop;

/// <summary>
/// Checks settings that depend on each other: the generator those of one attribute, the run time those of a
/// calibration.
/// </summary>
/// <param name="values">The settings.</param>
internal sealed class SettingRules(ISettingValues values)
{
    /// <summary>
    /// Finds the first of a setting's rules that is broken, by it or by the other; <see langword="null"/> where none
    /// is, and where its own value is out of its range, which is said elsewhere.
    /// </summary>
    public SettingFault? FaultOf(ISetting setting) => IsInRange(setting)
        ? setting.Rules.Where(rule => !rule.IsOfAttribute || values.AreOfAttribute)
            .Select(rule => FaultOf(setting, rule)).FirstOrDefault(fault => fault is not null)
        : null;

    /// <summary>Writes a value as it stands in messages.</summary>
    public string TextOf(ISetting setting) => values.ValueOf(setting.Name) switch
    {
        null => "none",
        bool truth => truth ? "true" : "false",
        double number => TextOf(setting, number),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? "",
    };

    private static string TextOf(ISetting setting, double number) =>
        // No minus before 0.
        setting.Range?.Text(number + 0.0) ?? (number + 0.0).ToString(CultureInfo.InvariantCulture);

    private SettingFault? FaultOf(ISetting setting, SettingRuleAttribute rule) => rule.Relation switch
    {
        SettingRelation.OnlyWith => IsAbout(setting, rule) && !Holds(rule) ? Broken(setting, rule) : null,
        SettingRelation.NotWith => IsAbout(setting, rule) && Holds(rule) ? Broken(setting, rule) : null,
        SettingRelation.AtLeast or SettingRelation.ShareOfRest => NumberFault(setting, rule),
        _ => null,
    };

    private bool IsAbout(ISetting setting, SettingRuleAttribute rule) => values.IsGiven(setting.Name)
        && (rule.Only is null || TextOf(setting) == rule.Only)
        && (rule.Except is null || TextOf(setting) != rule.Except);

    private bool Holds(SettingRuleAttribute rule) => Others(rule).Any(other =>
        rule.Trait is { } trait ? values.Has(other, trait)
        : rule.Value is { } value ? TextOf(values[other]) == value
        : values.IsGiven(other));

    private SettingFault Broken(ISetting setting, SettingRuleAttribute rule)
    {
        string others = string.Join(" and ", Others(rule).Select(other => $"{other} = {TextOf(values[other])}"));
        string expected = string.Format(CultureInfo.InvariantCulture, rule.Expected, others);
        return new(rule, setting.Name, TextOf(setting), expected, rule.Instead);
    }

    /// <summary>
    /// Compares two numbers. The one that is given is at fault, the rule's own where that is not to be told.
    /// </summary>
    private SettingFault? NumberFault(ISetting setting, SettingRuleAttribute rule)
    {
        ISetting other = values[rule.Other];
        if (values.ValueOf(setting.Name) is not double own || values.ValueOf(other.Name) is not double beside
            || !IsInRange(other))
        {
            return null;
        }
        bool isOther = !values.IsGiven(setting.Name) && values.IsGiven(other.Name);
        (ISetting wrong, ISetting right) = isOther ? (other, setting) : (setting, other);
        double limit = isOther ? own : beside;
        if (rule.Relation == SettingRelation.AtLeast)
        {
            string bound = isOther ? "at most" : "at least", text = TextOf(right, limit);
            return own >= beside ? null : Fault($"{bound} {right.Name}, which is {text}", rule.Instead ?? text);
        }
        decimal rest = 1 - (decimal)limit;
        string left = rest.ToString(CultureInfo.InvariantCulture);
        return own + beside <= 1
            ? null
            : Fault(
                $"at most {left} beside {right.Name} = {TextOf(right, limit)}",
                wrong.Range?.Has((double)rest) == false ? null : left);

        SettingFault Fault(string expected, string? instead) => new(
            rule, wrong.Name, TextOf(wrong),
            rule.Expected.Length == 0 ? expected : $"{expected}: {rule.Expected}", instead);
    }

    private bool IsInRange(ISetting setting) =>
        setting.Range is not { } range || values.ValueOf(setting.Name) is not double number || range.Has(number);

    private static IEnumerable<string> Others(SettingRuleAttribute rule)
    {
        yield return rule.Other;
        if (rule.Or is not null)
            yield return rule.Or;
    }
}
