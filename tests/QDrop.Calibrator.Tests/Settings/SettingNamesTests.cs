using QDrop.Calibrator;
using Xunit;

namespace QDrop.Tests.Settings;

/// <summary>Which names metadata and properties of a project can have.</summary>
public sealed class SettingNamesTests
{
    [Fact]
    public void An_item_can_say_what_the_attribute_says_but_the_code_that_makes_the_model()
    {
        string[] attribute =
            [.. typeof(QuantizeAttribute).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name)];
        Assert.Equal(
            attribute.Except(["Factory"]).Concat(["Insight", "Onnx", "OnnxExact", "OnnxFormat", "OnnxWeights"]).Order(StringComparer.Ordinal),
            SettingNames.All.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Iterations", true)]
    [InlineData("iterations", true)]
    [InlineData("PRESET", true)]
    [InlineData("Epochs", true)]
    [InlineData("Weights", false)]
    [InlineData("Calibration", false)]
    [InlineData("CalibrationData", false)]
    [InlineData("Insight", false)]
    [InlineData("Bits", false)]
    public void Files_and_code_are_no_settings_of_quantization(string name, bool expected) =>
        Assert.Equal(expected, SettingNames.IsSetting(name));

    [Theory]
    [InlineData("Preset", "Fast", "one of Paper, Quick")]
    [InlineData("iterations", "many", "a whole number")]
    public void Text_that_is_no_value_is_refused(string name, string text, string expected)
    {
        QDropException error = Assert.Throws<QDropException>(() => new QuantizationSettings().With(name, text));
        Assert.Equal(Codes.NoValue, error.Code);
        Assert.EndsWith($" = {text} cannot be used: expected {expected}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_no_setting_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => new QuantizationSettings().With("Weights", "net.safetensors"));
}
