namespace Cifar10.Data;

/// <summary>A stream of random numbers (SplitMix64: Steele, Lea, Flood 2014).</summary>
/// <param name="seed">The seed.</param>
/// <param name="stream">The number of the seed's stream.</param>
/// <remarks><see cref="Random"/> with a seed has no streams, and .NET does not promise to keep its algorithm.</remarks>
internal sealed class RandomStream(long seed, long stream)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(Mix((ulong)seed + Step) ^ ((ulong)stream * Step));

    /// <summary>Gets the next number, from 0 to <paramref name="bound"/> − 1.</summary>
    public int Next(int bound)
    {
        _state += Step;
        return (int)((UInt128)Mix(_state) * (uint)bound >> 64);
    }

    /// <summary>Gets the numbers 0 to <paramref name="count"/> − 1 in random order (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Next(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
