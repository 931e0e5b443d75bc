using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

/// <summary>Small tensors with known values, and their values back.</summary>
internal static class Samples
{
    /// <summary>Values without a pattern that a wrong index could hide behind, in about ±2.</summary>
    public static Tensor Wave(params long[] shape)
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(2 * Math.Sin(1.7 * i + 0.3) + 0.01 * (i % 7));
        return tensor(values, shape);
    }

    public static Tensor Of(float[] values, params long[] shape) => tensor(values, shape.Length == 0 ? [values.Length] : shape);

    public static float[] Values(Tensor tensor)
    {
        using Tensor plain = tensor.detach().to(float32).contiguous();
        return plain.data<float>().ToArray();
    }

    public static void Close(double[] expected, Tensor actual, double tolerance = 1e-5)
    {
        float[] values = Values(actual);
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"at {i}: expected {expected[i]}, got {values[i]}");
    }

    public static void Close(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        Close(Array.ConvertAll(Values(expected), value => (double)value), actual, tolerance);
    }
}
