using System.Globalization;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Tests.Helpers;
using QDrop.Tests.Settings;

namespace QDrop.Generators.Tests;

/// <summary>Every setting of the attribute reaches the twin, and is refused as the run time refuses it.</summary>
public sealed class SettingTests
{
    public static TheoryData<string> Names => SettingCases.Names;

    public static TheoryData<string, double> OutOfRange => SettingCases.OutOfRange;

    public static TheoryData<string> Enumerations => SettingCases.Enumerations;

    public static TheoryData<string, string, string> Contradictions => SettingCases.Contradictions;

    [Theory, MemberData(nameof(Names))]
    public void Every_setting_of_the_attribute_is_one_of_the_twin(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        object value = SettingCases.Other(setting);

        var run = GeneratorRun.Of(Source(setting, Code(value)));

        Assert.Empty(run.Diagnostics);
        Assert.Equal(value, setting.Of(Twins.SettingsOf(run, "Models.Net")));
    }

    [Theory, MemberData(nameof(OutOfRange))]
    public void A_value_outside_its_range_is_refused_in_the_words_of_the_run_time(string name, double value)
    {
        Setting setting = SettingsTable.Find(name)!;
        object number = SettingCases.Number(setting, value);
        CheckRefused(setting, number, Source(setting, Code(number)));
    }

    [Theory, MemberData(nameof(Enumerations))]
    public void A_member_that_there_is_not_is_refused_in_the_words_of_the_run_time(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        CheckRefused(setting, Enum.ToObject(setting.Type, 99), Source(setting, $"({setting.Type.Name})99"));
    }

    public static TheoryData<string> Together => SettingCases.Together;

    [Theory, MemberData(nameof(Contradictions))]
    public void Settings_that_contradict_each_other_are_refused_in_the_words_of_the_run_time(
        string given, string code, string message)
    {
        var run = GeneratorRun.Of(Model(CodeOf(given)));
        Diagnostic found = Assert.Single(run.Diagnostics);
        Assert.Equal(code, found.Id);
        Assert.Equal(message, found.GetMessage(CultureInfo.InvariantCulture));
    }

    [Theory, MemberData(nameof(Together))]
    public void Settings_that_go_together_are_not_refused(string given) =>
        Assert.Empty(GeneratorRun.Of(Model(CodeOf(given))).Diagnostics);

    /// <summary>Settings as a project file has them, as arguments of the attribute.</summary>
    private static string CodeOf(string given) => string.Join(
        ", ",
        SettingCases.Read(given).Select(static pair =>
        {
            object value = pair.Setting.Parse(pair.Text);
            return $"{pair.Setting.Name} = {(value is Norm.Auto ? "Norm.Auto" : Code(value))}";
        }));

    private static void CheckRefused(Setting setting, object value, string source)
    {
        QDropException error = Assert.Throws<QDropException>(
            setting.With(SettingCases.Beside(setting), value).Validated);
        Diagnostic found = Assert.Single(GeneratorRun.Of(source).Diagnostics);
        Assert.Equal(error.Code, found.Id);
        Assert.Equal(error.Message, found.GetMessage(CultureInfo.InvariantCulture) + ".");
    }

    private static string Source(Setting setting, string code)
    {
        string beside = setting switch
        {
            { Part: nameof(QuantizationSettings.Training) } => "Method = Method.Cpq, ",
            { Part: nameof(QuantizationSettings.Exponents) } => "Scale = Scale.PowerOfTwo, ",
            { Name: nameof(QuantizeAttribute.MaxW) } => "Budget = \"5 bits\", ",
            _ => "",
        };
        return Model($"{beside}{setting.Name} = {code}");
    }

    private static string Model(string arguments) =>
        DiagnosticCases.Model($"[Quantize({arguments})]", "public partial class Net")
            .Replace("internal public", "public", StringComparison.Ordinal);

    private static string Code(object value) => value switch
    {
        Enum member => $"{member.GetType().Name}.{member}",
        bool truth => truth ? "true" : "false",
        BitBudget budget => $"\"{budget}\"",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NaN => "double.NaN",
        _ => SettingCases.Text(value),
    };
}
