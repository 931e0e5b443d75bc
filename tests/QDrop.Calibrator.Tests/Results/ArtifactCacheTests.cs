using QDrop.Artifacts;
using QDrop.Calibrator;
using QDrop.Tests.Artifacts;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Results;

/// <summary>Results that are kept for later builds of any project.</summary>
public sealed class ArtifactCacheTests : IDisposable
{
    /// <summary>Three quarters of what the cache may hold.</summary>
    private const long Large = 3L << 30;

    private static readonly string _model = SampleState.Manifest().Model;
    private static readonly string _key = new('a', 64), _otherKey = new('b', 64);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TempFolder _folder = new();
    private readonly List<string> _log = [];
    private readonly string _directory;
    private readonly ArtifactCache _cache;

    public ArtifactCacheTests()
    {
        _directory = _folder["cache"];
        _cache = new ArtifactCache(_directory, _log.Add);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_was_stored_is_put_in_place_whole_and_nothing_else()
    {
        OutputFiles stored = Calibrated("one"), restored = Files("two");
        _cache.Store(_key, stored);
        File.WriteAllText(restored.Report, "of an earlier calibration");

        Assert.True(_cache.TryRestore(_key, _model, restored));

        Assert.Equal(Contents("one"), Contents("two"));
        Assert.Empty(_log);
    }

    [Fact]
    public void Another_key_is_a_miss_that_leaves_files_alone()
    {
        OutputFiles files = Calibrated("one");
        _cache.Store(_key, files);
        SortedDictionary<string, string> before = Contents("one");

        Assert.False(_cache.TryRestore(_otherKey, _model, files));

        Assert.Equal(before, Contents("one"));
        Assert.Empty(_log);
    }

    [Fact]
    public void Without_a_folder_nothing_is_kept()
    {
        var none = new ArtifactCache(null, _log.Add);
        OutputFiles files = Calibrated("one");
        none.Store(_key, files);
        Assert.False(none.TryRestore(_key, _model, files));
        Assert.Equal([_folder["one"]], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("artifact.qdrop.safetensors", true)]
    [InlineData("artifact.qdrop.safetensors", false)]
    [InlineData("report.qdrop.json", false)]
    [InlineData("report.qdrop.html", false)]
    [InlineData("float.qdrop.outputs", true)]
    [InlineData("float.qdrop.outputs", false)]
    public void A_damaged_entry_is_a_miss_and_makes_room_for_a_whole_one(string name, bool isCut)
    {
        OutputFiles files = Calibrated("one"), restored = Calibrated("two");
        _cache.Store(_key, files);
        string damaged = Path.Combine(Entry(_key), name);
        if (isCut)
            File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^1]);
        else
            File.Delete(damaged);

        Assert.False(_cache.TryRestore(_key, _model, restored));

        Assert.Contains(Entry(_key), Assert.Single(_log), StringComparison.Ordinal);
        Assert.Empty(Contents("two"));
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
        _cache.Store(_key, files);
        Assert.True(_cache.TryRestore(_key, _model, restored));
        Assert.Equal(Contents("one"), Contents("two"));
    }

    [Fact]
    public void An_entry_of_another_model_is_a_miss()
    {
        OutputFiles files = Calibrated("one");
        _cache.Store(_key, files);
        Assert.False(_cache.TryRestore(_key, "App.Other", Files("two")));
        Assert.Contains(_model, Assert.Single(_log), StringComparison.Ordinal);
        Assert.Empty(Contents("two"));
    }

    [Fact]
    public void An_entry_stays_as_it_was_stored_first()
    {
        _cache.Store(_key, Calibrated("one"));
        OutputFiles later = Calibrated("two");
        File.WriteAllText(later.Report, "of another calibration");
        _cache.Store(_key, later);

        Assert.True(_cache.TryRestore(_key, _model, Files("three")));
        Assert.Equal(Contents("one"), Contents("three"));
    }

    [Fact]
    public void An_entry_that_is_forgotten_makes_room_for_another()
    {
        _cache.Store(_key, Calibrated("one"));
        _cache.Forget(_key);
        _cache.Forget(_otherKey);
        Assert.False(_cache.TryRestore(_key, _model, Files("two")));
        Assert.Empty(_log);
    }

    [Fact]
    public void A_result_that_is_not_whole_is_not_kept()
    {
        OutputFiles files = Calibrated("one");
        File.Delete(files.Page);
        _cache.Store(_key, files);
        Assert.Contains(_directory, Assert.Single(_log), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void A_cache_that_cannot_be_used_is_said_in_the_log_and_no_error()
    {
        string file = _folder.Write("file", "no folder"u8);
        var cache = new ArtifactCache(file, _log.Add);
        OutputFiles files = Calibrated("one");
        cache.Store(_key, files);
        Assert.Contains(file, Assert.Single(_log), StringComparison.Ordinal);
        Assert.False(cache.TryRestore(_key, _model, files));
        Assert.Equal(4, Contents("one").Count);
    }

    [Fact]
    public void Where_the_cache_is_full_the_entries_longest_unused_go_first()
    {
        Directory.CreateDirectory(_directory);
        Keep("unused", DateTime.UtcNow.AddDays(-3));
        Keep("used", DateTime.UtcNow.AddDays(-2));

        _cache.Store(_key, Calibrated("one"));

        Assert.Equal(
            [Entry(_key), Entry("used")], Directory.GetDirectories(_directory).Order(StringComparer.Ordinal));

        // Entries of which most is empty, so that they take no room on the disk.
        void Keep(string key, DateTime lastUse)
        {
            Directory.CreateDirectory(Entry(key));
            using (FileStream file = File.Create(Path.Combine(Entry(key), "artifact.qdrop.safetensors")))
                file.SetLength(Large);
            Directory.SetLastWriteTimeUtc(Entry(key), lastUse);
        }
    }

    [Fact]
    public void To_restore_an_entry_is_to_use_it()
    {
        _cache.Store(_key, Calibrated("one"));
        DateTime before = DateTime.UtcNow.AddDays(-3);
        Directory.SetLastWriteTimeUtc(Entry(_key), before);
        Assert.True(_cache.TryRestore(_key, _model, Files("two")));
        Assert.True(Directory.GetLastWriteTimeUtc(Entry(_key)) > before.AddDays(1));
    }

    private string Entry(string key) => Path.Combine(_directory, key);

    private OutputFiles Files(string folder) => new(Directory.CreateDirectory(_folder[folder]).FullName, _model);

    private OutputFiles Calibrated(string folder)
    {
        OutputFiles files = Files(folder);
        Artifact.Write(files.Artifact, SampleState.Create());
        File.WriteAllText(files.Report, "report");
        File.WriteAllText(files.Page, "page");
        new ModelOutputs([[1, 2, 3]]).Write(files.Outputs);
        return files;
    }

    private SortedDictionary<string, string> Contents(string folder) => new(
        Directory.GetFiles(_folder[folder])
            .ToDictionary(static f => Path.GetFileName(f), static f => Convert.ToHexString(File.ReadAllBytes(f))),
        StringComparer.Ordinal);
}
