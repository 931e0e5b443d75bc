using System.Text.Json;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>Models that are trained in the build.</summary>
public sealed class TrainingTests
{
    private const string Attribute =
        """Method = Method.Cpq, DropBits = 0.1, W = 3, A = 3, Samples = 16, Weights = "weights.safetensors", Calibration = typeof(Labelled)""";

    private const string Source = """
        public sealed class Labelled : ICalibrationSource, ILabelledCalibrationSource
        {
            public Tensor Load(CalibrationRequest request) => (arange(16 * 3 * 64, dtype: ScalarType.Float32) * 1.7f).sin().view(16, 3, 8, 8);
            public Tensor LoadTargets(CalibrationRequest request) => arange(16) % CLASSES;
            public Tensor Augment(Tensor batch, long seed) => seed % 2 == 0 ? batch : batch.flip(3);
        }
        """;

    [Fact]
    public void A_model_is_trained_on_a_source_with_classes_and_loads_like_any_other()
    {
        using TestProject project = Project(
            "5",
            """<QDropModel Include="App.TinyNet" Epochs="2" TrainingBatchSize="8" Optimizer="adam" TrainingLearningRate="0.001" />"""
        );
        BuildResult build = project.Build();
        Assert.True(build.ExitCode == 0, build.Output);

        using var report = JsonDocument.Parse(
            File.ReadAllText(Directory.GetFiles(project.Bin, "*.qdrop.json").Single()));
        JsonElement settings = report.RootElement.GetProperty("settings").GetProperty("training");
        Assert.Equal(2, settings.GetProperty("epochs").GetInt32());
        Assert.Equal(8, settings.GetProperty("batchSize").GetInt32());
        Assert.Equal("Adam", settings.GetProperty("optimizer").GetString());
        Assert.Equal(0.1, settings.GetProperty("dropBits").GetDouble());
        Assert.Equal(2, report.RootElement.GetProperty("training").GetProperty("epochs").GetArrayLength());
        Assert.False(project.Build().TaskRan);
    }

    [Fact]
    public void Classes_that_the_model_does_not_have_are_an_error_at_the_attribute()
    {
        using TestProject project = Project("9", "");
        BuildResult build = project.Build();
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains(
            "error QDROP272: Targets range from 0 to 8, but the model has 5 classes",
            build.Output,
            StringComparison.Ordinal);
    }

    private static TestProject Project(string classes, string items)
    {
        var project = new TestProject(items);
        project.Write(
            "Model.cs",
            Sources.Usings
                + Sources.Net("TinyNet", Attribute)
                + Source.Replace("CLASSES", classes, StringComparison.Ordinal));
        Sources.WriteWeights(project.File("weights.safetensors"));
        return project;
    }
}
