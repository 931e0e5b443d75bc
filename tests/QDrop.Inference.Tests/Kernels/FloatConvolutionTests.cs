using CsCheck;
using QDrop.Kernels;
using Xunit;

namespace QDrop.Tests.Kernels;

/// <summary>Convolutions of float32: the same bytes on every path.</summary>
public sealed class FloatConvolutionTests
{
    private const int Cases = 200;

    /// <summary>The paths. One that this processor does not have returns early.</summary>
    public static TheoryData<string> Sets => [.. Enum.GetNames<InstructionSet>()];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sums_take_products_in_the_order_of_the_kernel(string name)
    {
        InstructionSet set = Enum.Parse<InstructionSet>(name);
        if (!InstructionSets.IsSupported(set))
            return;
        int seed = 0;
        foreach (ConvolutionGeometry g in RandomCases.Of(Geometries.All, Cases, seed: 21))
        {
            var random = new Random(seed++);
            float[] input = Some(g.Input.Volume * g.InChannels, random);
            float[] weights = Some(g.OutChannels * g.Depth, random);
            float[] biases = Some(g.OutChannels, random);
            float[] expected = new float[g.Output.Volume * g.OutChannels];
            Reference.Visit(g, (output, _, at, weight) =>
                expected[output] = MathF.FusedMultiplyAdd(at < 0 ? 0 : input[at], weights[weight], expected[output]));
            for (int i = 0; i < expected.Length; i++)
                expected[i] += biases[i % g.OutChannels];
            bool channelsFirst = random.Next(2) == 0;
            float[] given = channelsFirst ? Transposed(input, g.InChannels) : input;
            float[] actual = Run(new FloatConvolution(g, weights, channelsFirst, set), given, biases);
            Assert.Equal(
                expected.Select(BitConverter.SingleToInt32Bits),
                actual.Select(BitConverter.SingleToInt32Bits));
        }
    }

    private static unsafe float[] Run(FloatConvolution convolution, float[] input, float[] biases)
    {
        ConvolutionGeometry g = convolution.Geometry;
        float[] ones = new float[g.OutChannels];
        ones.AsSpan().Fill(1);
        float[] result = new float[g.Output.Volume * g.OutChannels];
        byte[] scratch = new byte[convolution.ScratchBytes];
        fixed (float* values = input)
        fixed (byte* copy = scratch)
        fixed (float* output = result)
        {
            if (scratch.Length > 0)
                convolution.Prepare(values, copy);
            void* source = scratch.Length > 0 ? copy : values;
            convolution.Run(source, new Epilogue(ones, biases), output, null, 0, convolution.TileCount);
        }
        return result;
    }

    private static float[] Some(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    private static float[] Transposed(float[] pixels, int channels)
    {
        float[] result = new float[pixels.Length];
        int volume = pixels.Length / channels;
        for (int i = 0; i < pixels.Length; i++)
            result[(i % channels * volume) + (i / channels)] = pixels[i];
        return result;
    }
}
