using System.Xml.Linq;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>One project through its life: each test looks at one step of the same sequence of builds.</summary>
public sealed class LifecycleTests(LifecycleTests.Life life) : IClassFixture<LifecycleTests.Life>
{
    private const string Artifact = "App.TinyNet.qdrop.safetensors",
        Report = "App.TinyNet.qdrop.json",
        Page = "App.TinyNet.qdrop.html";

    [Fact]
    public void The_first_build_calibrates_and_puts_artifact_and_report_beside_the_program()
    {
        Assert.True(life.First.Result.ExitCode == 0, life.First.Result.Output);
        Assert.True(life.First.Result.TaskRan);
        Assert.StartsWith(
            "QDrop: App.TinyNet W4A4 calibrated in ", life.First.Result.Summary, StringComparison.Ordinal);
        Assert.Equal([Page, Report, Artifact], life.First.Bin);
    }

    [Fact]
    public void The_program_loads_what_the_build_left() =>
        Assert.Contains("classes 5", life.ProgramOutput, StringComparison.Ordinal);

    [Fact]
    public void The_second_build_skips_the_task()
    {
        Assert.Equal(0, life.Second.Result.ExitCode);
        Assert.False(life.Second.Result.TaskRan);
    }

    [Fact]
    public void The_third_build_still_has_the_outputs()
    {
        Assert.False(life.Third.Result.TaskRan);
        Assert.Equal([Page, Report, Artifact], life.Third.Bin);
        Assert.Contains(Artifact, life.Third.Intermediate);
    }

    [Fact]
    public void An_unrelated_edit_calibrates_nothing()
    {
        Assert.True(life.Edited.Result.TaskRan);
        Assert.Equal("QDrop: App.TinyNet W4A4 up to date", life.Edited.Result.Summary);
        Assert.Equal(life.FirstArtifact, life.EditedArtifact);
    }

    [Fact]
    public void A_deleted_artifact_comes_back_from_the_cache()
    {
        Assert.Equal("QDrop: App.TinyNet W4A4 from the cache", life.Restored.Result.Summary);
        Assert.Equal([Page, Report, Artifact], life.Restored.Bin);
    }

    [Fact]
    public void Other_settings_in_the_project_calibrate_again()
    {
        Assert.StartsWith(
            "QDrop: App.TinyNet W2A4 calibrated in ", life.Changed.Result.Summary, StringComparison.Ordinal);
        Assert.NotEqual(life.FirstArtifact, life.ChangedArtifact);
    }

    [Fact]
    public void Other_calibration_data_calibrate_again() =>
        Assert.StartsWith(
            "QDrop: App.TinyNet W4A4 calibrated in ", life.OtherData.Result.Summary, StringComparison.Ordinal);

    [Fact]
    public void The_page_is_well_formed_and_says_what_was_measured()
    {
        XElement page = XDocument.Parse(life.FirstPage).Root!;
        Assert.Contains("App.TinyNet", page.Descendants("h1").Single().Value, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("h2"), static h => h.Value == "Layers: what each costs at the model's end");
    }

    [Fact]
    public void Without_insight_the_page_has_the_units_alone() =>
        Assert.Equal(
            ["Units", "Time by phase", "Where it comes from"],
            XDocument.Parse(life.ChangedPage).Descendants("h2").Select(static h => h.Value));

    [Fact]
    public void A_deleted_page_comes_back_and_is_of_the_same_calibration() =>
        Assert.Equal(life.FirstPage, life.RestoredPage);

    [Fact]
    public void Publish_carries_the_artifact_and_the_report_but_not_its_page() =>
        Assert.Equal([Report, Artifact], life.Published);

    [Fact]
    public void Clean_removes_everything()
    {
        Assert.Equal(0, life.Cleaned.Result.ExitCode);
        Assert.Empty(life.Cleaned.Bin);
        Assert.Empty(life.Cleaned.Intermediate);
    }

    [Fact]
    public void Disabled_nothing_happens()
    {
        Assert.Equal(0, life.Disabled.Result.ExitCode);
        Assert.False(life.Disabled.Result.TaskRan);
        Assert.Empty(life.Disabled.Bin);
    }

    /// <summary>The sequence of builds.</summary>
    public sealed class Life : IDisposable
    {
        private readonly TestProject _project = new();

        public Life()
        {
            _project.Write(
                "TinyNet.cs",
                Sources.Usings
                    + Sources.Net(
                        "TinyNet",
                        """W = 4, A = 4, Iterations = 20, Samples = 16, Weights = "weights @ é.safetensors", CalibrationData = "data" """
                    ));
            _project.Write(
                "FolderSource.cs",
                Sources.Usings
                    + """
                    public sealed class FolderSource : ICalibrationSource
                    {
                        public Tensor Load(CalibrationRequest request)
                        {
                            Console.WriteLine("{ this line of the program is no message }");
                            return new QDrop.SafetensorsCalibrationSource().Load(request with { Path = Path.Combine(request.Path!, "inputs.safetensors") });
                        }
                    }
                    """
            );
            _project.Write(
                "TinyNet.cs",
                File.ReadAllText(_project.File("TinyNet.cs"))
                    .Replace("W = 4", "Calibration = typeof(FolderSource), W = 4", StringComparison.Ordinal));
            Sources.WriteWeights(_project.File("weights @ é.safetensors"));
            Directory.CreateDirectory(_project.File("data"));
            Sources.WriteInputs(_project.File("data", "inputs.safetensors"));

            First = Build();
            if (First.Result.ExitCode != 0)
                return;
            FirstArtifact = ReadArtifact();
            FirstPage = ReadPage();
            ProgramOutput = DotNet.Run(_project.Folder, [_project.File("bin", "Debug", "net10.0", "App.dll")]).Output;
            Second = Build();
            Third = Build();
            File.AppendAllText(_project.File("Program.cs"), "\n// An edit that has nothing to do with the model.\n");
            Edited = Build();
            EditedArtifact = ReadArtifact();
            File.Delete(Path.Combine(_project.Intermediate, Artifact));
            Restored = Build();
            File.Delete(Path.Combine(_project.Intermediate, Page));
            Build();
            RestoredPage = ReadPage();
            File.WriteAllText(
                _project.Project,
                File.ReadAllText(_project.Project)
                    .Replace(
                        "<ItemGroup>",
                        "<ItemGroup><QDropModel Include=\"App.TinyNet\" W=\"2\" Insight=\"false\" />",
                        StringComparison.Ordinal));
            Changed = Build();
            ChangedArtifact = ReadArtifact();
            ChangedPage = ReadPage();
            File.WriteAllText(
                _project.Project,
                File.ReadAllText(_project.Project).Replace("W=\"2\" Insight=\"false\" ", "", StringComparison.Ordinal));
            Sources.WriteInputs(_project.File("data", "inputs.safetensors"), seed: 10);
            OtherData = Build();
            string target = _project.File("published");
            _project.Run("publish", "-c", "Debug", "-o", target);
            Published = TestProject.ResultsIn(target);
            Cleaned = Take(_project.Run("clean"));
            Disabled = Build("-p:QDropEnabled=false");
        }

        internal Step First { get; }

        internal string ProgramOutput { get; } = "";

        internal Step Second { get; } = Step.None;

        internal Step Third { get; } = Step.None;

        internal Step Edited { get; } = Step.None;

        internal Step Restored { get; } = Step.None;

        internal Step Changed { get; } = Step.None;

        internal Step OtherData { get; } = Step.None;

        internal Step Cleaned { get; } = Step.None;

        internal Step Disabled { get; } = Step.None;

        internal IReadOnlyList<string> Published { get; } = [];

        internal byte[] FirstArtifact { get; } = [];

        internal string FirstPage { get; } = "";

        internal string ChangedPage { get; } = "";

        internal string RestoredPage { get; } = "";

        internal byte[] EditedArtifact { get; } = [];

        internal byte[] ChangedArtifact { get; } = [];

        public void Dispose() => _project.Dispose();

        private Step Build(params string[] arguments) => Take(_project.Build(arguments));

        private Step Take(BuildResult result) =>
            new(result, TestProject.ResultsIn(_project.Bin), TestProject.ResultsIn(_project.Intermediate));

        private string ReadPage() => File.ReadAllText(Path.Combine(_project.Bin, Page));

        private byte[] ReadArtifact() => File.ReadAllBytes(Path.Combine(_project.Bin, Artifact));
    }

    /// <summary>A build and the files that it left.</summary>
    internal sealed record Step(BuildResult Result, IReadOnlyList<string> Bin, IReadOnlyList<string> Intermediate)
    {
        internal static Step None { get; } = new(new BuildResult(-1, "The first build failed.", null), [], []);
    }
}
