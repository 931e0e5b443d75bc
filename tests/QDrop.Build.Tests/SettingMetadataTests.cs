using System.Text.Json;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>Settings that the project file gives, from the metadata to the report.</summary>
public sealed class SettingMetadataTests
{
    private const string Attribute =
        """W = 4, Iterations = 9, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """;

    private const string Item = """
        <QDropModel Include="App.TinyNet" Iterations="5" Preset="quick" Granularity="Layer" Loss="fisher" ActivationLearning="LsqPlus" ActivationObserver="AverageMinMax"
                    WeightObserver="Percentile" Percentile="99.5" WeightsPerChannel="false" ActivationsPerChannel="true" SymmetricWeights="TRUE" Order="UnitByUnit" BatchSize="4" />
        """;

    [Fact]
    public void Whatever_an_item_gives_is_part_of_what_a_build_is_of()
    {
        using var project = new TestProject("""<QDropModel Include="App.TinyNet" Iterations="1" Bits="3" A="" />""");
        project.Write("Model.cs", Sources.Usings + Sources.Net("TinyNet", Attribute));
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));

        BuildResult build = project.Build();
        Assert.True(build.ExitCode == 0, build.Output);

        // The warning about the name that means nothing says which do.
        const string Known = "Known are ";
        string message = Assert.Single(build.Warnings, static w => w.Code == "QDROP110").Text;
        string[] names = message[(message.IndexOf(Known, StringComparison.Ordinal) + Known.Length)..]
            .TrimEnd('.')
            .Split(", ");
        Assert.All(
            ["W", "GateShare", "ExponentShare", "Preset", "Weights", "Insight"], name => Assert.Contains(name, names));

        string file = Directory
            .GetFiles(project.File("obj"), "qdrop.settings.txt", SearchOption.AllDirectories)
            .Single();
        Assert.Equal(["App.TinyNet", "  Bits = 3", "  Iterations = 1"], File.ReadAllLines(file)[^3..]);
        DateTime written = File.GetLastWriteTimeUtc(file);
        Assert.False(project.Build().TaskRan);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));

        project.Write(
            "App.csproj",
            File.ReadAllText(project.Project).Replace("Bits=\"3\"", "ExponentShare=\"0.2\"", StringComparison.Ordinal));
        BuildResult changed = project.Build();
        Assert.True(changed.TaskRan);
        Assert.Contains("QDROP006", changed.Errors.Select(static e => e.Code));
    }

    [Fact]
    public void The_report_names_the_value_of_every_setting_that_the_item_gives()
    {
        using var project = new TestProject(Item);
        project.Write("Model.cs", Sources.Usings + Sources.Net("TinyNet", Attribute));
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));

        BuildResult build = project.Build();
        Assert.True(build.ExitCode == 0, build.Output);

        using var report = JsonDocument.Parse(
            File.ReadAllText(Directory.GetFiles(project.Bin, "*.qdrop.json").Single()));
        JsonElement settings = report.RootElement.GetProperty("settings");
        // What the item sets counts more than the preset beside it, and that more than the attribute.
        Assert.Equal(5, settings.GetProperty("iterations").GetInt32());
        Assert.Equal(16, settings.GetProperty("samples").GetInt32());
        Assert.Equal(
            ["Layer", "Fisher", "LsqPlus", "AverageMinMax", "Percentile", "UnitByUnit"],
            new[]
            {
                "granularity",
                "loss",
                "activationLearning",
                "activationObserver",
                "weightObserver",
                "order",
            }.Select(name => settings.GetProperty(name).GetString()));
        Assert.Equal(99.5, settings.GetProperty("percentile").GetDouble());
        Assert.False(settings.GetProperty("weightsPerChannel").GetBoolean());
        Assert.True(settings.GetProperty("activationsPerChannel").GetBoolean());
        Assert.True(settings.GetProperty("symmetricWeights").GetBoolean());
        Assert.False(settings.TryGetProperty("symmetricActivations", out _), "a setting that has its default");

        // The same holds for properties, which are for all models.
        BuildResult quick = project.Build("-p:QDropPreset=Quick", "-p:QDropIterations=3");
        Assert.True(quick.ExitCode == 0, quick.Output);
        Assert.Contains(
            "\"iterations\": 3",
            File.ReadAllText(Directory.GetFiles(project.Bin, "*.qdrop.json").Single()),
            StringComparison.Ordinal);
    }
}
