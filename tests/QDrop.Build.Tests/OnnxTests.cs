using System.Text;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>ONNX models that the build leaves: each test looks at one step of the same sequence of builds.</summary>
public sealed class OnnxTests(OnnxTests.Life life) : IClassFixture<OnnxTests.Life>
{
    private const string Model = "App.TinyNet.qdrop.onnx", Artifact = "App.TinyNet.qdrop.safetensors";

    [Fact]
    public void The_model_stands_beside_the_artifact_and_the_program()
    {
        Assert.True(life.First.ExitCode == 0, life.First.Output);
        Assert.Contains(Model, life.FirstBin);
        Assert.Contains(Artifact, life.FirstBin);
        string text = Encoding.UTF8.GetString(life.FirstModel);
        Assert.Contains("App.TinyNet", text, StringComparison.Ordinal);
        Assert.Contains("QuantizeLinear", text, StringComparison.Ordinal);
        Assert.Contains("qdrop.artifact_sha256", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_build_does_nothing() => Assert.False(life.Second.TaskRan);

    [Fact]
    public void Where_nothing_has_changed_it_is_not_written_again()
    {
        Assert.True(life.Edited.TaskRan);
        Assert.Equal("QDrop: App.TinyNet W4A4 up to date", life.Edited.Summary);
        Assert.Equal(life.FirstTime, life.EditedTime);
    }

    [Fact]
    public void One_that_is_missing_is_written_again()
    {
        Assert.Equal("QDrop: App.TinyNet W4A4 up to date", life.Restored.Summary);
        Assert.Equal(life.FirstModel, life.RestoredModel);
    }

    [Fact]
    public void Another_format_is_another_file_of_the_same_calibration()
    {
        Assert.Equal("QDrop: App.TinyNet W4A4 up to date", life.Other.Summary);
        Assert.Contains(
            "qonnx.custom_op.general", Encoding.UTF8.GetString(life.OtherModel), StringComparison.Ordinal);
    }

    [Fact]
    public void Publish_carries_it() => Assert.Contains(Model, life.Published);

    [Fact]
    public void A_build_that_does_not_ask_for_it_removes_it()
    {
        Assert.Equal(0, life.Without.ExitCode);
        Assert.DoesNotContain(Model, life.WithoutBin);
        Assert.Contains(Artifact, life.WithoutBin);
    }

    [Fact]
    public void Clean_removes_it() => Assert.Empty(life.Cleaned);

    /// <summary>The sequence of builds.</summary>
    public sealed class Life : IDisposable
    {
        private readonly TestProject _project = new(properties: "<QDropOnnx>true</QDropOnnx>");

        public Life()
        {
            _project.Write("TinyNet.cs", Sources.TinyNet);
            Sources.WriteData(_project.Folder);
            First = _project.Build();
            FirstBin = TestProject.ResultsIn(_project.Bin);
            if (First.ExitCode != 0)
                return;
            FirstModel = File.ReadAllBytes(Intermediate);
            FirstTime = File.GetLastWriteTimeUtc(Intermediate);
            Second = _project.Build();
            File.AppendAllText(_project.File("Program.cs"), "\n// An edit that has nothing to do with the model.\n");
            Edited = _project.Build();
            EditedTime = File.GetLastWriteTimeUtc(Intermediate);
            File.Delete(Intermediate);
            Restored = _project.Build();
            RestoredModel = File.ReadAllBytes(Intermediate);
            Other = _project.Build("-p:QDropOnnxFormat=Qonnx");
            OtherModel = File.ReadAllBytes(Intermediate);
            string target = _project.File("published");
            _project.Run("publish", "-c", "Debug", "-o", target);
            Published = TestProject.ResultsIn(target);
            Without = _project.Build("-p:QDropOnnx=false");
            WithoutBin = TestProject.ResultsIn(_project.Bin);
            _project.Build();
            _project.Run("clean");
            Cleaned = [.. TestProject.ResultsIn(_project.Bin), .. TestProject.ResultsIn(_project.Intermediate)];
        }

        internal BuildResult First { get; }

        internal IReadOnlyList<string> FirstBin { get; }

        internal byte[] FirstModel { get; } = [];

        internal DateTime FirstTime { get; }

        internal BuildResult Second { get; } = None;

        internal BuildResult Edited { get; } = None;

        internal DateTime EditedTime { get; }

        internal BuildResult Restored { get; } = None;

        internal byte[] RestoredModel { get; } = [];

        internal BuildResult Other { get; } = None;

        internal byte[] OtherModel { get; } = [];

        internal IReadOnlyList<string> Published { get; } = [];

        internal BuildResult Without { get; } = None;

        internal IReadOnlyList<string> WithoutBin { get; } = [];

        internal IReadOnlyList<string> Cleaned { get; } = [];

        private static BuildResult None { get; } = new(-1, "The first build failed.", null);

        private string Intermediate => Path.Combine(_project.Intermediate, Model);

        public void Dispose() => _project.Dispose();
    }
}
