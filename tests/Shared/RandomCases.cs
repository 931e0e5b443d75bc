using CsCheck;

namespace QDrop.Tests;

/// <summary>
/// Random cases of property tests: the same in every run, and one after the other, because threads and random numbers
/// of libtorch are the process's.
/// </summary>
internal static class RandomCases
{
    /// <summary>The cases.</summary>
    /// <param name="generator">What makes them.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">What they are made of.</param>
    public static IEnumerable<T> Of<T>(Gen<T> generator, int count, uint seed)
    {
        var random = new PCG(stream: 1, seed);
        for (int i = 0; i < count; i++)
            yield return generator.Generate(random, null, out _);
    }
}
