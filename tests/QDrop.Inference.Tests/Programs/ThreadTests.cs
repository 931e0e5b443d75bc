using System.Runtime.InteropServices;
using QDrop.Operations;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Programs;

/// <summary>Programs give the same bytes with any number of threads, and to several callers at once.</summary>
public sealed class ThreadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public void An_image_network_gives_the_same_with_two_threads(int samples) =>
        Compare(SmallNetworks.Images(new Random(2)), [samples, 3, 33, 33], 4);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Attention_gives_the_same_with_two_threads(int samples) =>
        Compare(SmallNetworks.Attention(new Random(2)), [samples, 64, 48], 4);

    private static void Compare((SmallProgram Program, int Last) made, int[] shape, int callers)
    {
        byte[] expected = Run(made, shape, 1);
        using var program = new QuantizedProgram(
            "Test", Vocabulary.Bind(made.Program.Graph(made.Last), made.Program.Data), made.Program.Data,
            new() { Threads = 2 });
        byte[] input = Input(shape);
        Parallel.For(0, callers, new ParallelOptions { MaxDegreeOfParallelism = callers }, _ =>
        {
            for (int i = 0; i < 5; i++)
                Assert.Equal(expected, program.RunWith([input], [shape])[0].Bytes);
        });
    }

    private static byte[] Run((SmallProgram Program, int Last) made, int[] shape, int threads)
    {
        using var program = new QuantizedProgram(
            "Test", Vocabulary.Bind(made.Program.Graph(made.Last), made.Program.Data), made.Program.Data,
            new() { Threads = threads });
        return program.RunWith([Input(shape)], [shape])[0].Bytes;
    }

    private static byte[] Input(int[] shape)
    {
        var random = new Random(1);
        float[] x = [.. Enumerable.Range(0, ValueInfo.CountOf(shape)).Select(_ => (random.NextSingle() * 2) - 1)];
        return MemoryMarshal.AsBytes<float>(x).ToArray();
    }
}
