using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Xunit;

namespace QDrop.Build.Tests.NativeLibraries;

/// <summary>The task that copies TorchSharp's native library for older systems.</summary>
public sealed class AdaptBindingTests : IDisposable
{
    private const string Cpp = "libstdc++.so.6";

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingEngine _engine = new();

    [Fact]
    public void The_copy_has_the_metadata_and_the_original_keeps_its_bytes_and_links()
    {
        byte[] library = Binding().Build();
        string original = Write("cache/libLibTorchSharp.so", library);
        QDropAdaptBinding task = Task(original);

        Assert.True(task.Execute());

        ITaskItem copy = Assert.Single(task.Replacements);
        Assert.Equal(original, Assert.Single(task.Replaced).ItemSpec);
        Assert.Equal("linux-x64", copy.GetMetadata("RuntimeIdentifier"));
        Assert.Equal(_folder.File("obj", "linux-x64", "libLibTorchSharp.so"), copy.ItemSpec);
        Assert.Equal(library, File.ReadAllBytes(original));
        Assert.NotEqual(library, File.ReadAllBytes(copy.ItemSpec));
        Assert.Single(Directory.GetFiles(_folder.File("obj"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void It_speaks_when_it_writes_and_is_silent_when_the_copy_is_there()
    {
        string original = Write("cache/libLibTorchSharp.so", Binding().Build());
        Task(original).Execute();
        string line = Assert.Single(_engine.MessagesOf(MessageImportance.High));
        DateTime written = File.GetLastWriteTimeUtc(_folder.File("obj", "linux-x64", "libLibTorchSharp.so"));

        QDropAdaptBinding second = Task(original);
        Assert.True(second.Execute());

        Assert.Contains("GLIBCXX_3.4.32", line, StringComparison.Ordinal);
        Assert.Contains("QDropOlderLibstdcxx", line, StringComparison.Ordinal);
        Assert.Single(_engine.MessagesOf(MessageImportance.High));
        Assert.Single(second.Replacements);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_folder.File("obj", "linux-x64", "libLibTorchSharp.so")));
    }

    [Fact]
    public void A_copy_that_is_not_right_is_renamed_over_not_written_into()
    {
        string original = Write("cache/libLibTorchSharp.so", Binding().Build());
        string stale = Write("obj/linux-x64/libLibTorchSharp.so", [1, 2, 3]);
        const FileShare Everything = FileShare.ReadWrite | FileShare.Delete;
        using var reader = new FileStream(stale, FileMode.Open, FileAccess.Read, Everything);

        Assert.True(Task(original).Execute());

        Assert.Equal(3, reader.Length);
        Assert.Equal(new FileInfo(original).Length, new FileInfo(stale).Length);
    }

    [Fact]
    public void Where_the_system_has_the_version_nothing_is_replaced_or_said()
    {
        QDropAdaptBinding task = Task(Write("cache/libLibTorchSharp.so", Binding().Build()));
        task.CppLibrary = Write("new/" + Cpp, new ElfBuilder().Define("GLIBCXX_3.4").Define("GLIBCXX_3.4.32").Build());

        Assert.True(task.Execute());

        Assert.Empty(task.Replacements);
        Assert.Empty(task.Replaced);
        Assert.Empty(_engine.MessagesOf(MessageImportance.High));
        Assert.False(Directory.Exists(_folder.File("obj")));
    }

    [Fact]
    public void A_library_that_uses_what_is_missing_is_an_error_and_nothing_is_written()
    {
        byte[] library = Binding().Need(Cpp, "GLIBCXX_3.4.33", "_ZSt3newv", calls: 1).Build();
        QDropAdaptBinding task = Task(Write("cache/libLibTorchSharp.so", library));

        Assert.False(task.Execute());

        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("QDROP113", error.Code);
        Assert.Contains("_ZSt3newv", error.Message, StringComparison.Ordinal);
        Assert.Empty(task.Replacements);
        Assert.False(Directory.Exists(_folder.File("obj")));
    }

    [Fact]
    public void A_file_that_is_no_library_is_an_error()
    {
        Assert.False(Task(Write("cache/libLibTorchSharp.so", [1, 2, 3])).Execute());

        Assert.Equal("QDROP113", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_error()
    {
        Write("obj", []);

        Assert.False(Task(Write("cache/libLibTorchSharp.so", Binding().Build())).Execute());

        Assert.Equal("QDROP260", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public void A_destination_that_is_no_copy_of_its_source_is_unlinked_and_a_copy_stays()
    {
        string source = Write("obj/a.so", [1, 2]);
        string stale = Write("bin/a.so", [3, 4]), copy = _folder.File("bin", "b.so");
        File.SetLastWriteTimeUtc(stale, File.GetLastWriteTimeUtc(source).AddDays(1));
        File.Copy(source, copy);
        var task = new QDropRemoveStaleCopies
        {
            BuildEngine = _engine,
            Sources = [new TaskItem(source), new TaskItem(source), new TaskItem(source)],
            Destinations = [new TaskItem(stale), new TaskItem(copy), new TaskItem(_folder.File("bin", "none.so"))],
        };

        Assert.True(task.Execute());

        Assert.False(File.Exists(stale));
        Assert.True(File.Exists(copy));
    }

    public void Dispose() => _folder.Dispose();

    private static ElfBuilder Binding() => new ElfBuilder()
        .Need(Cpp, "GLIBCXX_3.4", "_ZSt4cout", data: 1)
        .Need(Cpp, "GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv");

    private QDropAdaptBinding Task(string original) => new()
    {
        BuildEngine = _engine,
        Libraries = [new TaskItem(original, new Dictionary<string, string> { ["RuntimeIdentifier"] = "linux-x64" })],
        OutputDirectory = _folder.File("obj"),
        ProjectFile = _folder.File("App.csproj"),
        CppLibrary = Write("system/" + Cpp, new ElfBuilder().Define("GLIBCXX_3.4").Build()),
    };

    private string Write(string name, byte[] bytes)
    {
        string path = _folder.Write(name, "");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
