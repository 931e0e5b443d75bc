using System.Buffers.Binary;
using QDrop.Artifacts;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>
/// A damaged artifact is refused, or, where the damage changes nothing (white space), the same model.
/// </summary>
public sealed class ArtifactCorruptionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _good;

    public ArtifactCorruptionTests()
    {
        using DisposeScope scope = NewDisposeScope();
        Artifact.Write(_folder["good"], SampleState.Create());
        _good = File.ReadAllBytes(_folder["good"]);
    }

    private int HeaderEnd => 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(_good);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_byte_of_the_header_may_change_to_anything()
    {
        var random = new Random(20220305);
        int refused = 0;
        int tried = 0;
        for (int at = 0; at < HeaderEnd; at++)
        {
            // The lowest bit turns a digit into its neighbour, 0x20 changes the case of a letter.
            foreach (int flip in at % 4 == 0 ? (int[])[0x01, 0x20, random.Next(2, 256)] : [0x01])
            {
                refused += Damaged(at, flip) ? 1 : 0;
                tried++;
            }
        }

        // White space may become other white space; nothing else goes unnoticed.
        Assert.InRange(refused, tried - 40, tried);
    }

    [Fact]
    public void No_bit_of_the_data_may_change()
    {
        for (int at = HeaderEnd; at < _good.Length; at++)
            Assert.True(Damaged(at, 1 << (at % 8)), $"byte {at}");
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < _good.Length; length += length < 16 || length > _good.Length - 16 ? 1 : 7)
            Assert.Equal("QDROP250", Refusal(_good.AsSpan(0, length)) ?? "none");
    }

    [Fact]
    public void Bytes_removed_or_inserted_anywhere_are_refused()
    {
        var random = new Random(5);
        for (int i = 0; i < 500; i++)
        {
            int at = random.Next(8, _good.Length);
            int count = random.Next(1, 9);
            byte[] removed = [.. _good.AsSpan(0, at), .. _good.AsSpan(Math.Min(at + count, _good.Length))];
            Assert.NotNull(Refusal(removed));
            byte[] inserted = [.. _good.AsSpan(0, at), .. new byte[count], .. _good.AsSpan(at)];
            Assert.NotNull(Refusal(inserted));
        }
    }

    [Fact]
    public void Exchanged_blocks_are_refused()
    {
        var random = new Random(6);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = [.. _good];
            int length = random.Next(1, 32);
            int from = random.Next(bytes.Length - length);
            int to = random.Next(bytes.Length - length);
            _good.AsSpan(from, length).CopyTo(bytes.AsSpan(to));
            if (!bytes.AsSpan().SequenceEqual(_good))
                CheckRefusedOrSame(bytes, $"{length} bytes from {from} to {to}");
        }
    }

    private bool Damaged(int at, int flip)
    {
        byte[] bytes = [.. _good];
        bytes[at] ^= (byte)flip;
        return CheckRefusedOrSame(bytes, $"byte {at}, 0x{_good[at]:x2} to 0x{bytes[at]:x2}");
    }

    private bool CheckRefusedOrSame(byte[] bytes, string what)
    {
        if (Refusal(bytes) is { } code)
        {
            Assert.True(code is "QDROP250" or "QDROP251" or "QDROP252", what + ": " + code);
            return true;
        }

        using DisposeScope scope = NewDisposeScope();
        Artifact.Write(_folder["again"], Artifact.Read(_folder["bad"]));
        Assert.True(_good.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["again"])), what + ": another model");
        return false;
    }

    private string? Refusal(ReadOnlySpan<byte> bytes)
    {
        _folder.Write("bad", bytes);
        using DisposeScope scope = NewDisposeScope();
        try
        {
            Artifact.Read(_folder["bad"]);
            return null;
        }
        catch (QDropException e)
        {
            return e.Code;
        }
    }
}
