using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

/// <summary>Compares a tensor's values with numbers computed elsewhere.</summary>
internal static class Near
{
    internal static void Assert(IReadOnlyList<double> expected, Tensor actual, double tolerance)
    {
        double[] values = Values(actual);
        Xunit.Assert.Equal(expected.Count, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            double bound = tolerance * Math.Max(1, Math.Abs(expected[i]));
            Xunit.Assert.True(Math.Abs(values[i] - expected[i]) <= bound, $"element {i} is {values[i]:R}, expected {expected[i]:R} ± {bound:R}");
        }
    }

    internal static double[] Values(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }
}
