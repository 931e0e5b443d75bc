using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using QDrop.Artifacts;
using Xunit;

namespace QDrop.Tests.Settings;

/// <summary>One table of settings: attribute and records have the same, and everything else follows.</summary>
public sealed class SettingsTableTests
{
    private static readonly PropertyInfo[] _attribute = typeof(QuantizeAttribute)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    public static TheoryData<string> Names => SettingCases.Names;

    public static TheoryData<string, double> OutOfRange => SettingCases.OutOfRange;

    public static TheoryData<string> Enumerations => SettingCases.Enumerations;

    public static TheoryData<string, string, string> Contradictions => SettingCases.Contradictions;

    public static TheoryData<string> Together => SettingCases.Together;

    [Theory, MemberData(nameof(Contradictions))]
    public void Settings_that_contradict_each_other_are_refused(string given, string code, string message)
    {
        QDropException error = Assert.Throws<QDropException>(SettingCases.SettingsOf(given).Validated);
        Assert.Equal(code, error.Code);
        Assert.Equal(message + ".", error.Message);
    }

    [Theory, MemberData(nameof(Together))]
    public void Settings_that_go_together_are_not_refused(string given)
    {
        QuantizationSettings settings = SettingCases.SettingsOf(given);
        Assert.Same(settings, settings.Validated());
    }

    [Fact]
    public void Each_rule_between_two_settings_is_broken_by_a_case_and_names_what_there_is()
    {
        var broken = new HashSet<SettingRuleAttribute>(ReferenceEqualityComparer.Instance);
        foreach (string given in SettingCases.Given)
        {
            var rules = new SettingRules(new SettingValues(SettingCases.SettingsOf(given)));
            foreach (Setting setting in SettingsTable.All)
            {
                if (rules.FaultOf(setting) is { } fault)
                    broken.Add(fault.Rule);
            }
        }
        foreach (Setting setting in SettingsTable.All)
        {
            bool isUseless = false;
            foreach (SettingRuleAttribute rule in setting.Rules)
            {
                Setting other = SettingsTable.Find(rule.Other)!;
                string[] values = [.. other.Type.IsEnum ? Enum.GetNames(other.Type) : ["true", "0"]];
                Assert.True(rule.Value is null || values.Contains(rule.Value), $"{setting.Name}: {rule.Value}");
                Assert.True(rule.Or is null || SettingsTable.Find(rule.Or)?.Type == other.Type, $"{rule.Or}");
                Assert.True(rule.Trait is null || HasTrait(other.Type, rule.Trait), $"{setting.Name}: {rule.Trait}");
                // What is wrong has to be said before what is only useless, since the first rule counts.
                Assert.False(isUseless && rule.Code != "QDROP016", setting.Name);
                isUseless = rule.Code == "QDROP016";
                Assert.True(
                    isUseless || rule.IsOfAttribute || broken.Contains(rule),
                    $"no case breaks the rule of {setting.Name} and {rule.Other}");
            }
        }

        static bool HasTrait(Type type, string trait) => type.GetFields()
            .SelectMany(static member => member.GetCustomAttributesData())
            .SelectMany(static data => data.NamedArguments).Any(argument => argument.MemberName == trait);
    }

    [Fact]
    public void All_that_the_attribute_has_besides_settings_is_the_preset_and_what_names_files_and_code()
    {
        IEnumerable<string> others = _attribute
            .Select(static p => p.Name)
            .Except(SettingsTable.All.Select(static s => s.Name));
        Assert.Equal(["Calibration", "CalibrationData", "Factory", "Preset", "Weights"], others.Order());
    }

    [Fact]
    public void Every_property_of_the_records_is_a_setting()
    {
        string[] parts = [nameof(QuantizationSettings.Training), nameof(QuantizationSettings.Exponents)];
        IEnumerable<string> paths = Writable(typeof(QuantizationSettings)).Except(parts)
            .Concat(Writable(typeof(TrainingSettings)).Select(static name => "Training." + name))
            .Concat(Writable(typeof(ExponentSettings)).Select(static name => "Exponents." + name));
        Assert.Equal(paths.Order(), SettingsTable.All.Select(static s => s.Path).Order());

        static IEnumerable<string> Writable(Type record) => record
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.CanWrite).Select(static p => p.Name);
    }

    [Theory, MemberData(nameof(Names))]
    public void Attribute_and_record_have_the_same_type_and_the_same_default(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        PropertyInfo property = _attribute.Single(p => p.Name == name);
        object? unset = property.GetValue(new QuantizeAttribute());
        Assert.Equal(unset, property.GetCustomAttribute<DefaultValueAttribute>()?.Value);
        if (setting.Type == typeof(BitBudget))
        {
            Assert.Equal(typeof(string), property.PropertyType);
            Assert.Null(unset);
            Assert.Null(setting.Of(new()));
            return;
        }
        Assert.Equal(property.PropertyType, setting.Type);
        // What depends on other settings where it is not given is null in the record.
        Assert.Equal(unset, setting.Of(new() { Training = new(), Exponents = new() }) ?? WhereNull(name));
        Assert.Equal(setting.Type == typeof(int) || setting.Type == typeof(double), setting.Range is not null);

        static object? WhereNull(string name) => name switch
        {
            nameof(QuantizationSettings.MaxW) => new QuantizationSettings().LargestW,
            nameof(QuantizationSettings.Norm) => new QuantizationSettings().NormOrDefault,
            _ => null,
        };
    }

    [Theory, MemberData(nameof(Names))]
    public void A_value_is_set_from_text_and_nothing_else_is(string name)
    {
        Setting setting = SettingsTable.Find(name.ToUpperInvariant())!;
        QuantizationSettings before = SettingCases.Beside(setting);
        object value = SettingCases.Other(setting);

        QuantizationSettings after = setting.With(before, setting.Parse($" {SettingCases.Text(value)} "));

        Assert.Equal(value, setting.Of(after));
        Assert.Same(after, after.Validated());
        Assert.Equal(SettingCases.Beside(setting), before);
        IEnumerable<Setting> changed = SettingsTable.All.Where(s =>
            s.Part is null && !Equals(s.Of(before), s.Of(after)));
        Assert.Equal(setting.Part is null ? [name] : [], changed.Select(static s => s.Name));
    }

    [Theory, MemberData(nameof(OutOfRange))]
    public void A_value_outside_its_range_is_refused(string name, double value)
    {
        Setting setting = SettingsTable.Find(name)!;
        QuantizationSettings settings = setting.With(SettingCases.Beside(setting), SettingCases.Number(setting, value));
        QDropException error = Assert.Throws<QDropException>(settings.Validated);
        Assert.Equal(setting.Range!.Code, error.Code);
        Assert.Equal(
            FormattableString.Invariant($"{name} = {value} cannot be used: expected {setting.Range.Expected}."),
            error.Message);
    }

    [Theory, MemberData(nameof(Enumerations))]
    public void A_member_that_there_is_not_is_refused(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        QuantizationSettings settings = setting.With(SettingCases.Beside(setting), Enum.ToObject(setting.Type, 99));
        QDropException error = Assert.Throws<QDropException>(settings.Validated);
        Assert.Equal("QDROP006", error.Code);
        Assert.Equal(
            $"{name} = 99 cannot be used: expected one of {string.Join(", ", Enum.GetNames(setting.Type))}.",
            error.Message);
    }

    [Theory]
    [InlineData("Iterations", "many", "expected a whole number.")]
    [InlineData("Iterations", "2147483648", "expected a whole number.")]
    [InlineData("Seed", "1.5", "expected a whole number.")]
    [InlineData("Drop", "0,5", "expected a number with a decimal point, such as 0.5.")]
    [InlineData("Norm", "some", "expected a number with a decimal point, such as 0.5.")]
    [InlineData("WeightsPerChannel", "1", "expected true or false.")]
    [InlineData("Optimizer", "0", "expected one of Sgd, Adam.")]
    public void Text_that_is_no_value_is_refused(string name, string text, string expected)
    {
        QDropException error = Assert.Throws<QDropException>(() => SettingsTable.Find(name)!.Parse(text));
        Assert.Equal("QDROP106", error.Code);
        Assert.Equal($"{name} = {text} cannot be used: {expected}", error.Message);
    }

    [Fact]
    public void A_value_outside_the_range_that_has_a_name_is_read_by_its_name() =>
        Assert.Equal(Norm.Auto, SettingsTable.Find("Norm")!.Parse("auto"));

    [Theory, MemberData(nameof(Names))]
    public void A_file_has_the_settings_that_differ_from_their_default(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        QuantizationSettings settings = setting.With(new(), SettingCases.Other(setting));
        var document = new ManifestDocument("Net", "f", settings, [], [], [], "w", "c", new("1", "2", "3", "4"));

        string json = document.ToJson();

        JsonObject written = JsonNode.Parse(json)!["settings"]!.AsObject();
        Assert.Equal(setting.Path, Path(written), ignoreCase: true);
        Assert.Equal(settings, ManifestDocument.Parse(json).Settings);

        static string Path(JsonObject members)
        {
            (string? key, JsonNode? value) = Assert.Single(members);
            return value is JsonObject part ? $"{key}.{Path(part)}" : key;
        }
    }

    [Fact]
    public void A_file_of_the_defaults_has_no_settings()
    {
        var document = new ManifestDocument("Net", "f", new(), [], [], [], "w", "c", new("1", "2", "3", "4"));
        Assert.Contains("\"settings\":{}", document.ToJson(), StringComparison.Ordinal);
        Assert.Equal(new QuantizationSettings(), ManifestDocument.Parse(document.ToJson()).Settings);
    }
}
