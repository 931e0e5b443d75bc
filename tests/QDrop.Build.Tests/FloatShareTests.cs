using Microsoft.Build.Logging.StructuredLogger;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A model of which <c>[FullPrecision]</c> leaves most float is calibrated, with a warning.</summary>
public sealed class FloatShareTests
{
    private const string Attribute =
        """Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """;

    private static string Model(string marked) =>
        Sources.Usings
        + Sources
            .Net("TinyNet", Attribute)
            .Replace(
                $"private readonly Module<Tensor, Tensor> {marked}",
                $"[FullPrecision] private readonly Module<Tensor, Tensor> {marked}",
                StringComparison.Ordinal);

    [Fact]
    public void A_build_warns_where_less_than_half_of_what_is_computed_is_quantized()
    {
        using var project = new TestProject(properties: "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>");
        string model = project.Write("Model.cs", Model("conv1"));
        project.Write("Program.cs", Sources.Program);
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));

        BuildResult first = project.Build();
        Assert.True(first.ExitCode == 0, first.Output);
        AbstractDiagnostic warning = Assert.Single(first.Warnings);
        Assert.Equal(("QDROP234", "Model.cs"), (warning.Code, Path.GetFileName(warning.File)));
        Assert.Equal(
            File.ReadAllText(model).Split("[Quantize(")[0].Count(static c => c == '\n') + 1, warning.LineNumber);
        // 64 · 4 · 27 multiply-accumulates of conv1, 16 · 8 · 36 of conv2, 128 · 5 of linear.
        Assert.Contains("Only 43.2% of App.TinyNet's", warning.Text, StringComparison.Ordinal);
        Assert.Contains("conv1 56.8%", warning.Text, StringComparison.Ordinal);

        // What comes from the cache is no less float.
        Assert.Equal(0, project.Run("clean").ExitCode);
        BuildResult cached = project.Build();
        Assert.Contains("from the cache", cached.Summary, StringComparison.Ordinal);
        Assert.Equal(warning.Text, Assert.Single(cached.Warnings).Text);

        project.Write("Model.cs", Model("linear"));
        BuildResult less = project.Build();
        Assert.True(less.ExitCode == 0, less.Output);
        Assert.Empty(less.Warnings);
    }
}
