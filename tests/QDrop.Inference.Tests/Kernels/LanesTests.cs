using System.Runtime.Intrinsics;
using QDrop.Kernels;
using Xunit;

namespace QDrop.Tests.Kernels;

/// <summary>Operations on vectors that processors do not have.</summary>
public sealed class LanesTests
{
    [Fact]
    public void Product_and_sum_are_rounded_once()
    {
        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            float a = Number(random);
            float b = Number(random);

            // Sums that are nearly in the middle between two floats, and such that nearly vanish.
            float c = random.Next(3) switch
            {
                0 => Number(random),
                1 => MathF.BitIncrement(-a * b),
                _ => a * b * MathF.Pow(2, random.Next(-30, 30)),
            };
            float expected = MathF.FusedMultiplyAdd(a, b, c);
            Vector128<float> actual = Lanes128.FusedMultiplyAdd(
                Vector128.Create(a), Vector128.Create(b), Vector128.Create(c));
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual[0]));
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual[3]));
        }
    }

    private static float Number(Random random) =>
        (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(-40, 40));
}
