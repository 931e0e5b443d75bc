using Microsoft.Build.Utilities;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>The file of what decides results besides files.</summary>
public sealed class WriteSettingsTests : IDisposable
{
    private static readonly DateTime _before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_metadatum_of_every_item_is_written()
    {
        Assert.True(Write(Item("App.Größe", ("W", "2"), ("Anything", "a;b"), ("A", "")), Item("App.Net")));
        Assert.Equal(
            ["Preset = ", "App.Größe", "  Anything = a;b", "  W = 2", "App.Net"],
            File.ReadAllLines(_folder.File("new", "settings.txt")));
    }

    [Fact]
    public void The_file_changes_only_when_a_setting_does()
    {
        string file = _folder.File("new", "settings.txt");
        Write(Item("App.Net", ("W", "2")));
        File.SetLastWriteTimeUtc(file, _before);

        Write(Item("App.Net", ("W", "2")));
        Assert.Equal(_before, File.GetLastWriteTimeUtc(file));

        Write(Item("App.Net", ("W", "3")));
        Assert.NotEqual(_before, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error()
    {
        _folder.Write("new", "a file where the folder should be");
        var engine = new RecordingEngine();
        Assert.False(Write(engine));
        Assert.Equal("QDROP260", Assert.Single(engine.Errors).Code);
    }

    private bool Write(params TaskItem[] models) => Write(new RecordingEngine(), models);

    private bool Write(RecordingEngine engine, params TaskItem[] models) => new QDropWriteSettings
    {
        BuildEngine = engine,
        File = _folder.File("new", "settings.txt"),
        Lines = [new TaskItem("Preset = ")],
        Models = models,
    }.Execute();

    private static TaskItem Item(string name, params (string Name, string Value)[] metadata) =>
        new(name, metadata.ToDictionary(static m => m.Name, static m => m.Value));
}
