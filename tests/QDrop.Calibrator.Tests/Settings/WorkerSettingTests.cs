using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Protocol;
using QDrop.Tests.Modules;
using Xunit;

namespace QDrop.Tests.Settings;

/// <summary>Settings that a <c>QDropModel</c> item gives, as the worker of the build reads them.</summary>
public sealed class WorkerSettingTests
{
    public static TheoryData<string> Names => SettingCases.Names;

    public static TheoryData<string, double> OutOfRange => SettingCases.OutOfRange;

    [Theory, MemberData(nameof(Names))]
    public void Every_setting_is_a_metadatum(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        object value = SettingCases.Other(setting);
        ModelPlan plan = Plan(setting, SettingCases.Text(value));
        Assert.Empty(plan.UnknownMetadata);
        Assert.Equal(value, setting.Of(plan.Settings()));
    }

    [Theory, MemberData(nameof(OutOfRange))]
    public void A_value_outside_its_range_is_refused_in_the_words_of_the_run_time(string name, double value)
    {
        Setting setting = SettingsTable.Find(name)!;
        string text = SettingCases.Text(value);
        LocatedException error = Assert.Throws<LocatedException>(Plan(setting, text).Settings);
        Assert.Equal(setting.Range!.Code, error.Code);
        Assert.Equal($"{name} = {text} cannot be used: expected {setting.Range.Expected}.", error.Message);
    }

    [Fact]
    public void A_setting_takes_precedence_over_the_preset_beside_it()
    {
        Assert.Equal(2_000, Plan(new(), ("Preset", "quick")).Settings().Iterations);
        Assert.Equal(7, Plan(new(), ("Iterations", "7"), ("Preset", "Quick")).Settings().Iterations);
    }

    [Fact]
    public void What_is_no_setting_is_unknown()
    {
        ModelPlan plan = Plan(new(), ("Bits", "3"), ("weights", "a"), ("Insight", "false"), ("Preset", "Quick"));
        Assert.Equal(["Bits"], plan.UnknownMetadata.Select(static metadatum => metadatum.Name));
    }

    private static ModelPlan Plan(Setting setting, string text) =>
        Plan(SettingCases.Beside(setting), (setting.Name, text));

    private static ModelPlan Plan(QuantizationSettings attribute, params (string Name, string Value)[] metadata)
    {
        var item = new ModelItem
        {
            Name = "App.Net",
            Metadata = [.. metadata.Select(static m => new NamedValue { Name = m.Name, Value = m.Value })],
        };
        QuantizedModelDescriptor descriptor = ResidualNet.Descriptor with { Settings = attribute };
        return new ModelPlan(descriptor, item, new WorkerRequest { ProjectDirectory = Path.GetTempPath() });
    }
}
