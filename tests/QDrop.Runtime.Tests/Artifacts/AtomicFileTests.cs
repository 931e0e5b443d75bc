using QDrop.Safetensors;
using Xunit;

namespace QDrop.Tests.Artifacts;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_is_replaced_and_nothing_else_is_left()
    {
        string path = _folder.Write("a.bin", [1, 2, 3]);
        AtomicFile.Write(path, stream => stream.Write([4, 5]));
        Assert.Equal([4, 5], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_missing_folder_is_created()
    {
        string path = Path.Combine(_folder["new"], "folder", "a.bin");
        AtomicFile.Write(path, stream => stream.WriteByte(1));
        Assert.Equal([1], File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public void What_Windows_refuses_while_a_file_is_in_use_is_tried_again(bool isWindows, int expected)
    {
        int tries = 0;
        Exception? error = Record.Exception(() => AtomicFile.WhileInUse(Change, isWindows));
        Assert.Equal(expected, tries);
        Assert.Equal(isWindows, error is null);

        void Change()
        {
            if (++tries < 3)
                throw new UnauthorizedAccessException();
        }
    }

    [Fact]
    public void A_file_that_stays_in_use_is_an_error_in_the_end()
    {
        int tries = 0;
        Assert.Throws<IOException>(() => AtomicFile.WhileInUse(Change, isWindows: true));
        Assert.InRange(tries, 2, 100);

        void Change()
        {
            tries++;
            throw new IOException();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void A_full_disk_leaves_the_old_file_and_no_other(int room)
    {
        string path = _folder.Write("a.bin", [1, 2, 3]);
        QDropException error = Assert.Throws<QDropException>(() =>
            AtomicFile.Write(path, stream => stream.Write(new byte[10]), aside => new FullDisk(aside, room)));
        Assert.Equal("QDROP260", error.Code);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_disk_that_is_full_only_when_flushed_is_noticed()
    {
        string path = _folder["a.bin"];
        QDropException error = Assert.Throws<QDropException>(() =>
            AtomicFile.Write(path, stream => stream.WriteByte(1), aside => new FullDisk(aside, 5, failsAtFlush: true)));
        Assert.Equal("QDROP260", error.Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void An_error_of_the_writer_leaves_the_old_file_and_no_other()
    {
        string path = _folder.Write("a.bin", [1, 2, 3]);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_an_error_and_stays()
    {
        Directory.CreateDirectory(_folder["a.bin"]);
        Assert.Equal(
            "QDROP260",
            Assert.Throws<QDropException>(() => AtomicFile.Write(_folder["a.bin"], stream => stream.WriteByte(1))).Code
        );
        Assert.Equal([_folder["a.bin"]], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_an_error()
    {
        string file = _folder.Write("file", [1]);
        Assert.Equal(
            "QDROP260",
            Assert
                .Throws<QDropException>(() =>
                    AtomicFile.Write(Path.Combine(file, "a.bin"), stream => stream.WriteByte(1)))
                .Code);
        Assert.Equal([1], File.ReadAllBytes(file));
    }

    /// <summary>A file on a disk with little room.</summary>
    private sealed class FullDisk(string path, int room, bool failsAtFlush = false)
        : FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, Math.Min(count, room));
            if (count > room)
                throw new IOException("No space left on device");
        }

        // A derived FileStream's own overloads all lead to the one above.
        public override void WriteByte(byte value) => Write([value], 0, 1);

        public override void Flush(bool flushToDisk)
        {
            if (failsAtFlush)
                throw new IOException("No space left on device");
            base.Flush(flushToDisk);
        }
    }
}
