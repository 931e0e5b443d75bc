using Zoo.Vision;

namespace Zoo.Tests;

/// <summary>
/// Models as programs, which run in integers: they give what the quantized twins give. Where a value is almost between
/// two levels, the order of a sum decides, and what follows differs by a level.
/// </summary>
public sealed class ProgramTests(Measurements measurements) : IClassFixture<Measurements>
{
    /// <summary>Models that are no programs yet, with what the message names.</summary>
    private static readonly Dictionary<string, string> Without = new()
    {
        [nameof(EfficientNet)] = "blocks.0.se",
    };

    public static TheoryData<string> Names => [.. Registry.Models.Select(m => m.Name).Where(n => !Without.ContainsKey(n))];

    public static TheoryData<string> OtherNames => [.. Without.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_gives_what_the_quantized_model_gives(string name)
    {
        ProgramMeasurement program = measurements.Program(name);
        Assert.True(program.WhyNot.Length == 0, program.WhyNot);
        Assert.InRange(program.Error, 0, 0.02);
        Assert.Contains(program.Operations, static o => o.StartsWith("fused_", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_gives_what_the_program_gives(string name)
    {
        OnnxMeasurement onnx = measurements.Program(name).Onnx!;
        Assert.True(onnx.WhyNot.Length == 0, onnx.WhyNot);
        Assert.InRange(onnx.ExactError, 0, 0.03);
        Assert.InRange(onnx.Error, 0, 0.07);
    }

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void A_model_that_is_no_program_says_why(string name) =>
        Assert.Contains(Without[name], measurements.Program(name).WhyNot, StringComparison.Ordinal);
}
