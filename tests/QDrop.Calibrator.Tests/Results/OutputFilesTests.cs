using QDrop.Calibrator;
using QDrop.Tests.Artifacts;
using Xunit;

namespace QDrop.Tests.Results;

/// <summary>The files of a model in the intermediate folder, and the seal that says what they are of.</summary>
public sealed class OutputFilesTests : IDisposable
{
    private const string Model = "App.Net";

    private static readonly string _key = new('a', 64), _otherKey = new('b', 64);

    private readonly TempFolder _folder = new();
    private readonly OutputFiles _files;

    public OutputFilesTests() => _files = Written(Model);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_are_named_after_the_model() => Assert.Equal(
        ["App.Net.qdrop.html", "App.Net.qdrop.json", "App.Net.qdrop.outputs", "App.Net.qdrop.safetensors"], Names());

    [Fact]
    public void Sealed_files_are_of_their_key_and_of_no_other()
    {
        Assert.False(_files.AreOf(_key));
        _files.SealAs(_key);
        Assert.True(new OutputFiles(_folder.Root, Model).AreOf(_key));
        Assert.False(_files.AreOf(_otherKey));
        Assert.False(Written("App.Other").AreOf(_key));

        _files.SealAs(_otherKey);
        Assert.True(_files.AreOf(_otherKey));
        Assert.False(_files.AreOf(_key));
    }

    [Theory]
    [InlineData("safetensors")]
    [InlineData("json")]
    [InlineData("html")]
    [InlineData("outputs")]
    public void A_file_that_was_changed_or_removed_breaks_the_seal(string extension)
    {
        string path = _folder[$"{Model}.qdrop.{extension}"];
        byte[] whole = File.ReadAllBytes(path);
        _files.SealAs(_key);

        File.WriteAllBytes(path, whole[..^1]);
        Assert.False(_files.AreOf(_key));
        File.WriteAllBytes(path, whole);
        Assert.True(_files.AreOf(_key));
        File.Delete(path);
        Assert.False(_files.AreOf(_key));
    }

    [Fact]
    public void A_seal_that_was_cut_short_is_none()
    {
        _files.SealAs(_key);
        string seal = _folder[Model + ".qdrop.key"];
        string text = File.ReadAllText(seal);
        for (int length = 0; length < text.Length; length += 13)
        {
            File.WriteAllText(seal, text[..length]);
            Assert.False(_files.AreOf(_key));
        }
    }

    [Fact]
    public void Files_without_a_seal_cannot_be_sealed_before_all_are_there()
    {
        File.Delete(_files.Page);
        Assert.Throws<FileNotFoundException>(() => _files.SealAs(_key));
        Assert.False(_files.AreOf(_key));
    }

    [Fact]
    public void Delete_removes_a_result_and_keeps_its_checkpoint_and_other_models()
    {
        _files.SealAs(_key);
        File.WriteAllText(_files.Checkpoint, "units");
        Written("App.Net2").SealAs(_key);

        _files.Delete();

        string[] others = ["html", "json", "key", "outputs", "safetensors"];
        Assert.Equal(["App.Net.qdrop.checkpoint", .. others.Select(static e => "App.Net2.qdrop." + e)], Names());
    }

    [Fact]
    public void Delete_removes_what_there_is_of_a_result()
    {
        File.Delete(_files.Report);
        _files.Delete();
        Assert.Empty(Names());
    }

    [Fact]
    public void The_checkpoint_alone_is_removed_when_it_is_of_no_more_use()
    {
        File.WriteAllText(_files.Checkpoint, "units");
        string[] before = Names();
        _files.DeleteCheckpoint();
        Assert.Equal(before.Except(["App.Net.qdrop.checkpoint"]), Names());
        _files.DeleteCheckpoint();
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_removed_is_no_error()
    {
        Directory.CreateDirectory(_files.Checkpoint);
        _files.DeleteCheckpoint();
        Assert.True(Directory.Exists(_files.Checkpoint));
    }

    private OutputFiles Written(string model)
    {
        var files = new OutputFiles(_folder.Root, model);
        File.WriteAllText(files.Artifact, "artifact of " + model);
        File.WriteAllText(files.Report, "report of " + model);
        File.WriteAllText(files.Page, "page of " + model);
        File.WriteAllText(files.Outputs, "outputs of " + model);
        return files;
    }

    private string[] Names() =>
        [.. Directory.GetFiles(_folder.Root).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
