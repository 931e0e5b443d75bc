using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A model computes with what its code does not say: a file that its constructor reads.</summary>
public sealed class HiddenChangeTests
{
    private const string Attribute =
        """Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """;

    [Fact]
    public void A_result_of_a_model_that_computes_something_else_now_is_not_used()
    {
        using var project = new TestProject();
        string gain = project.Write("gain.txt", "1");
        project.Write("Model.cs", Model(gain));
        project.Write("Program.cs", Sources.Program);
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));

        BuildResult first = project.Build();
        Assert.True(first.ExitCode == 0, first.Output);

        project.Write("gain.txt", "3");
        project.Write("Program.cs", Sources.Program + "\n// Another assembly.");
        BuildResult changed = project.Build();
        Assert.StartsWith("QDrop: App.TinyNet W4A4 calibrated in ", changed.Summary, StringComparison.Ordinal);
        Assert.Contains("App.TinyNet computes other outputs than when", changed.Output, StringComparison.Ordinal);

        // A clean build takes the new result from the cache, not the old one.
        Assert.Equal(0, project.Run("clean").ExitCode);
        Assert.Equal("QDrop: App.TinyNet W4A4 from the cache", project.Build().Summary);
    }

    private static string Model(string gain) =>
        Sources.Usings
        + Sources
            .Net("TinyNet", Attribute, start: "x = x * _gain;")
            .Replace(
                "    public TinyNet()",
                $"""
                    private readonly double _gain = double.Parse(System.IO.File.ReadAllText(@"{gain}"));

                    public TinyNet()
                """,
                StringComparison.Ordinal);
}
