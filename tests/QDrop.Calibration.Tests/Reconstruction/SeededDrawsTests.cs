using System.Numerics;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Learning;
using Xunit;

namespace QDrop.Tests.Reconstruction;

public sealed class SeededDrawsTests
{
    // Known answers published with the generator (Random123, kat_vectors).
    [Theory]
    [InlineData(
        new uint[] { 0, 0, 0, 0 },
        new uint[] { 0, 0, 0, 0 },
        new uint[] { 0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8 })]
    [InlineData(
        new uint[] { ~0u, ~0u, ~0u, ~0u },
        new uint[] { ~0u, ~0u, ~0u, ~0u },
        new uint[] { 0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732 })]
    public void Threefry_gives_the_known_answers(uint[] counter, uint[] key, uint[] expected)
    {
        uint[] words = new uint[32];
        Threefry.Blocks(
            key,
            Vector256.Create(counter[0]),
            Vector256.Create(counter[1]),
            Vector256.Create(counter[2]),
            Vector256.Create(counter[3]),
            words);
        for (int lane = 0; lane < 8; lane++)
            Assert.Equal<IEnumerable<uint>>(
                expected, [words[lane], words[8 + lane], words[16 + lane], words[24 + lane]]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.25)]
    [InlineData(0.7)]
    [InlineData(0.013)]
    public void Elements_are_kept_with_the_given_probability(double keep)
    {
        uint[] words = new uint[1 << 15];
        new SeededDraws(1005).Keep(3, 0, words, keep);
        double n = words.Length * 32.0;
        double share = words.Sum(w => (double)BitOperations.PopCount(w)) / n;
        // Five standard deviations.
        Assert.InRange(share, keep - 5 * Math.Sqrt(keep * (1 - keep) / n), keep + 5 * Math.Sqrt(keep * (1 - keep) / n));
    }

    [Theory]
    [InlineData(0.0, 0u)]
    [InlineData(1.0, ~0u)]
    public void Nothing_and_everything_are_exact(double keep, uint expected)
    {
        uint[] words = new uint[64];
        new SeededDraws(1005).Keep(0, 0, words, keep);
        Assert.All(words, w => Assert.Equal(expected, w));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.3)]
    public void A_draw_is_the_same_whole_or_in_parts(double keep)
    {
        var draws = new SeededDraws(7);
        uint[] whole = new uint[256];
        draws.Keep(5, 1024, whole, keep);
        uint[] part = new uint[64];
        draws.Keep(5, 1024 + 128 * 32, part, keep);
        Assert.Equal(whole[128..192], part);

        (float[]? uniforms, float[]? some) = (new float[256], new float[64]);
        draws.Fill(5, 0, uniforms);
        draws.Fill(5, 96, some);
        Assert.Equal(uniforms[96..160], some);
        Assert.All(uniforms, u => Assert.InRange(u, 0, 0.99999994f));
    }

    [Fact]
    public void Draws_seeds_and_streams_differ()
    {
        static uint[] Words(long seed, int stream, long draw)
        {
            uint[] words = new uint[32];
            new SeededDraws(seed, stream).Keep(draw, 0, words, 0.5);
            return words;
        }

        uint[][] all = new[]
        {
            Words(1, 0, 0),
            Words(2, 0, 0),
            Words(1L << 40, 0, 0),
            Words(1, 1, 0),
            Words(1, 0, 1),
            Words(1, 0, 1L << 40),
        };
        Assert.Equal(all.Length, all.Select(w => string.Join(',', w)).Distinct().Count());
    }

    [Fact]
    public void Batches_are_uniform_over_the_rows_and_repeat_with_the_seed()
    {
        (SeededDraws? draws, SeededDraws? again) = (new SeededDraws(11), new SeededDraws(11));
        int[] counts = new int[10];
        (long[]? rows, long[]? same) = (new long[50], new long[50]);
        for (int batch = 0; batch < 2000; batch++)
        {
            draws.NextBatch(rows, counts.Length);
            again.NextBatch(same, counts.Length);
            Assert.Equal(rows, same);
            foreach (long row in rows)
                counts[row]++;
        }
        // Chi-squared with 9 degrees of freedom: above 33 once in 10,000 seeds.
        Assert.InRange(counts.Sum(c => Math.Pow(c - 10_000, 2) / 10_000), 0, 33);
    }
}
