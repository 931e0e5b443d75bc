using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Golden;

/// <summary>Comparison of computed with expected numbers.</summary>
internal static class Near
{
    /// <summary>Every |found − expected| is at most relative · |expected| + absolute.</summary>
    public static void Equal(float[] expected, float[] found, double relative = 1e-5, double absolute = 1e-8)
    {
        Assert.Equal(expected.Length, found.Length);
        int[] failures = Enumerable.Range(0, expected.Length)
            .Where(i => !(Math.Abs((double)found[i] - expected[i]) <= relative * Math.Abs(expected[i]) + absolute))
            .ToArray();
        Assert.True(failures.Length == 0, $"{failures.Length} of {expected.Length} differ: " +
            string.Join("; ", failures.Take(5).Select(i => $"[{i}] expected {expected[i]:R}, found {found[i]:R}")));
    }

    public static void Equal(float[] expected, Tensor found, double relative = 1e-5, double absolute = 1e-8) =>
        Equal(expected, Values(found), relative, absolute);

    /// <summary>A tensor's elements, row-major.</summary>
    public static float[] Values(Tensor tensor)
    {
        using IDisposable _ = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().contiguous().data<float>().ToArray();
    }
}
