using System.Globalization;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Tests.Helpers;
using QDrop.Tests.Settings;

namespace QDrop.Generators.Tests;

/// <summary>Every setting of the attribute reaches the twin, and is refused as the run time refuses it.</summary>
public sealed class SettingTests
{
    /// <summary>For each rule between two settings, settings that break it, as a project file has them.</summary>
    private static readonly string[] _contradictions =
    [
        "Method=Cpq; Budget=5 bits",
        "MaxW=6",
        "Budget=7 bits; W=6; MaxW=5",
        "SymmetricActivations=true; ActivationLearning=LsqPlus",
        "Scale=PowerOfTwo; ActivationLearning=LsqPlus",
        "Scale=NearestPowerOfTwo; ActivationLearning=LsqPlus",
        "BetaStart=4; BetaEnd=8",
        "BetaStart=1",
        "BetaEnd=21",
        "Method=Lsq; ActivationsPerChannel=true",
        "Method=Cpq; Scale=PowerOfTwo",
        "Loss=Fisher; Norm=3",
        "Loss=Fisher; Norm=Auto",
        "Method=Cpq; DropBits=0.1; BitPenalty=0.2",
        "Method=Lsq; DropBits=0.1",
        "Method=QDrop; BitPenalty=0.1",
        "ExponentShare=0.2",
        "ExponentReach=4",
        "Scale=NearestPowerOfTwo; ExponentWeight=1",
        "ExponentRoundingWeight=2",
        "ExponentActivationShare=0.2",
        "ExponentActivationLearningRate=0.02",
        "Scale=PowerOfTwo; ExponentShare=0.8",
        "Scale=PowerOfTwo; ExponentActivationShare=0.95",
        "Scale=PowerOfTwo; ExponentShare=0.5; ExponentActivationShare=0.6",
    ];

    public static TheoryData<string> Names => SettingCases.Names;

    public static TheoryData<string, double> OutOfRange => SettingCases.OutOfRange;

    public static TheoryData<string> Enumerations => SettingCases.Enumerations;

    public static TheoryData<string> Contradictions => [.. _contradictions];


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

    [Theory, MemberData(nameof(Contradictions))]
    public void Settings_that_contradict_each_other_are_refused_in_the_words_of_the_run_time(string given)
    {
        var settings = new QuantizationSettings();
        var code = new List<string>();
        foreach ((Setting setting, string text) in Read(given))
        {
            object value = setting.Parse(text);
            settings = setting.With(settings, value);
            code.Add($"{setting.Name} = {(value is Norm.Auto ? "Norm.Auto" : Code(value))}");
        }
        QDropException error = Assert.Throws<QDropException>(settings.Validated);

        var run = GeneratorRun.Of(Model(string.Join(", ", code)));

        Diagnostic found = Assert.Single(run.Diagnostics, static d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal(error.Code, found.Id);
        Assert.Equal(error.Message, found.GetMessage(CultureInfo.InvariantCulture) + ".");
    }

    [Fact]
    public void Each_rule_between_two_settings_is_one_of_these_and_names_what_there_is()
    {
        List<HashSet<string>> cases =
        [
            .. _contradictions.Select(static given => Read(given).Select(static s => s.Setting.Name).ToHashSet()),
        ];
        foreach (Setting setting in SettingsTable.All)
        {
            bool isUseless = false;
            foreach ((string name, string? value, string code, bool isOfAttribute) in setting.Rules
                .Select(static r => (r.Other, r.Value, r.Code, r.IsOfAttribute)))
            {
                Setting other = SettingsTable.Find(name)!;
                string[] values = [.. other.Type.IsEnum ? Enum.GetNames(other.Type) : [], "true", "0"];
                Assert.True(value is null || values.Contains(value), $"{setting.Name}: {value}");
                // What is wrong has to be said before what is only useless, since the first rule counts.
                Assert.False(isUseless && code != "QDROP016", setting.Name);
                isUseless = code == "QDROP016";
                bool isWrong = !isUseless && !isOfAttribute;
                Assert.True(!isWrong || cases.Any(names => names.Contains(setting.Name)), setting.Name);
            }
        }
    }

    private static IEnumerable<(Setting Setting, string Text)> Read(string given) => given.Split("; ")
        .Select(static part => part.Split('=')).Select(static pair => (SettingsTable.Find(pair[0])!, pair[1]));

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
