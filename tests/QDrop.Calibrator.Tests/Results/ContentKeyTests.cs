using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using QDrop.Tests.Settings;
using Xunit;

namespace QDrop.Tests.Results;

/// <summary>The key of a result: what decides the result changes it, and nothing else does.</summary>
public sealed class ContentKeyTests
{
    private static readonly QuantizedModelDescriptor _model = ResidualNet.Descriptor;

    /// <summary>With all parts, so that a setting of a part is all that differs.</summary>
    private static readonly QuantizationSettings _settings = new() { Training = new(), Exponents = new() };

    private static readonly string _weights = new('b', 64), _data = new('c', 64);

    public static TheoryData<string> SettingNames => SettingCases.Names;

    [Fact]
    public void The_same_has_the_same_key()
    {
        string key = Of(_model, _settings);
        Assert.Matches("^[0-9a-f]{64}$", key);
        Assert.Equal(key, Of(_model with { }, _settings with { Training = new(), Exponents = new() }));
    }

    [Theory, MemberData(nameof(SettingNames))]
    public void Every_setting_changes_it(string name)
    {
        Setting setting = SettingsTable.Find(name)!;
        QuantizationSettings other = setting.With(_settings, SettingCases.Other(setting));
        Assert.NotEqual(Of(_model, _settings), Of(_model, other));
    }

    [Fact]
    public void Model_code_weights_inputs_and_what_is_measured_change_it()
    {
        string[] keys =
        [
            Of(_model, _settings),
            Of(_model with { Name = "App.Other" }, _settings),
            Of(_model with { Fingerprint = new string('f', 64) }, _settings),
            ContentKey.Of(_model, _settings, insight: false, _weights, _data),
            ContentKey.Of(_model, _settings, insight: true, new string('f', 64), _data),
            ContentKey.Of(_model, _settings, insight: true, _weights, new string('f', 64)),
            ContentKey.Of(_model, _settings, insight: true, _data, _weights),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Where_code_and_files_are_does_not_change_it()
    {
        QuantizedModelDescriptor moved = _model with
        {
            File = "/elsewhere/Net.cs",
            Line = 70,
            Column = 5,
            Weights = "elsewhere/net.safetensors",
            CalibrationData = "elsewhere/data.safetensors",
            Calibration = typeof(SafetensorsCalibrationSource),
        };
        Assert.Equal(Of(_model, _settings), Of(moved, _settings));
    }

    [Fact]
    public void What_the_attribute_says_does_not_change_it_where_the_project_says_otherwise() =>
        Assert.Equal(Of(_model, _settings), Of(_model with { Settings = new() { W = 2 } }, _settings));

    private static string Of(QuantizedModelDescriptor model, QuantizationSettings settings) =>
        ContentKey.Of(model, settings, insight: true, _weights, _data);
}
