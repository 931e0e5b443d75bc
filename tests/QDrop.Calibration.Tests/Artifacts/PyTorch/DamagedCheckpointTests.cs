using System.IO.Compression;
using QDrop.Calibration;
using Xunit;
using static QDrop.Tests.Artifacts.PyTorch.CheckpointWriter;

namespace QDrop.Tests.Artifacts.PyTorch;

public sealed class DamagedCheckpointTests : CheckpointTest
{
    private static readonly byte[] Gain = Tensor([4], [1]);

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("views.pth")]
    [InlineData("older.pth")]
    [InlineData("olderpublished.pth")]
    public void A_checkpoint_cut_off_anywhere_or_with_changed_bits_is_an_error_or_loads(string file)
    {
        using var model = new SmallNet();
        var random = new Random(5);
        byte[] good = File.ReadAllBytes(Written(file));
        for (int length = 0; length < good.Length; length += 41)
            Refused(good[..length], "QDROP213", "weights file");
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. good];
            for (int k = random.Next(3); k >= 0; k--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            if (Record.Exception(() => WeightFile.LoadInto(model, Folder.Write("a.pth", damaged))) is { } error)
                Assert.StartsWith("QDROP21", Assert.IsType<QDropException>(error).Code, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 1, 4, "does not lie within")]
    [InlineData(new long[] { 4 }, new long[] { 2 }, 0, 4, "does not lie within")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, long.MaxValue, 4, "does not lie within")]
    [InlineData(new long[] { 4 }, new long[] { long.MaxValue }, 0, 4, "does not lie within")]
    [InlineData(new long[] { 0 }, new long[] { 1 }, 5, 4, "does not lie within")]
    [InlineData(new long[] { 1L << 62, 8 }, new long[] { 0, 0 }, 0, 4, "more bytes than a file")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, 1L << 60, "has 16 bytes")]
    [InlineData(new long[] { 4 }, new long[] { 1 }, 0, 5, "has 16 bytes")]
    [InlineData(new long[] { -4 }, new long[] { 1 }, 0, 4, "other values")]
    [InlineData(new long[] { 4 }, new long[] { -1 }, 3, 4, "other values")]
    [InlineData(new long[] { 2, 2 }, new long[] { 1 }, 0, 4, "other values")]
    public void A_tensor_that_is_not_in_its_storage_is_refused(
        long[] shape, long[] strides, long offset, long count, string expected) =>
        Refused(Zip(Pickle(Map(("gain", Tensor(shape, strides, offset, count))))), "QDROP213", expected, new GainNet());

    [Fact]
    public void A_tensor_that_repeats_its_values_takes_no_memory() =>
        Refused(Zip(Pickle(Map(("gain", Tensor([1L << 40], [0]))))), "QDROP211", "shapes differ", new GainNet());

    [Fact]
    public void A_storage_that_is_not_there_is_named() => Refused(
        Zip(Pickle(Map(("gain", Tensor([4], [1], key: "../data.pkl"))))), "QDROP213", "'data/../data.pkl'");

    [Fact]
    public void Two_types_of_one_storage_are_refused()
    {
        byte[] two = Map(("a", Gain), ("b", Tensor([4], [1], type: "IntStorage")));
        Refused(Zip(Pickle(two)), "QDROP213", "two types");
    }

    [Fact]
    public void A_zip_that_is_none_and_one_of_something_else_are_named()
    {
        Refused([.. "PK\x03\x04 and so on, for a while"u8], "QDROP213", "begins like a zip");
        Refused(Zip(CompressionLevel.NoCompression, ("word/document.xml", [])), "QDROP213", "'data.pkl'");
        Refused(Zip(Pickle(Gain), ("a/data/0", new byte[16])), "QDROP213", "two entries");
        Refused(Zip(Pickle(Gain), ("b/data.pkl", [])), "QDROP213", "'data.pkl'");
        Refused(Zip(Pickle(Gain), ("a/byteorder", "big"u8.ToArray())), "QDROP213", "big endian");
    }

    [Fact]
    public void What_holds_no_weights_or_several_sets_says_what_it_has()
    {
        byte[] weights = Map(("gain", Gain));
        Refused(Zip(Pickle(Gain)), "QDROP213", "a tensor; expected tensors by name");
        Refused(Zip(Pickle(Map())), "QDROP213", "It has nothing");
        Refused(Zip(Pickle(Map(("epoch", Number(3))))), "QDROP213", "'epoch' (a number)");
        byte[] two = Pickle(Map(("one", weights), ("two", weights)));
        Refused(Zip(two), "QDROP213", "several dictionaries of tensors: 'one', 'two'");
    }

    [Fact]
    public void Types_and_kinds_of_tensors_that_are_not_read_are_named()
    {
        byte[] complex = Pickle(Tensor([2], [1], type: "ComplexFloatStorage"));
        Refused(Zip(complex), "QDROP213", "type torch.ComplexFloatStorage");
        Refused(Zip(Pickle(Name("torch._utils", "_rebuild_qtensor"))), "QDROP213", "neither sparse nor quantized");
    }

    [Fact]
    public void Other_files_in_the_place_of_weights_are_recognised()
    {
        Refused("version https://git-lfs.github.com/spec/v1\noid sha256:0"u8.ToArray(), "QDROP213", "git lfs pull");
        Refused([.. new byte[257], .. "ustar"u8, .. new byte[250]], "QDROP213", "tar archive");
        Refused(Pickle(Map(("a", Number(1)))), "QDROP213", "not one of torch.save");
        Refused([.. Older[..15], .. Pickle(Number(1002))], "QDROP213", "version 1002");
        Refused("<html>not found</html>"u8.ToArray(), "QDROP213", "not what Module.save writes");
    }
}
