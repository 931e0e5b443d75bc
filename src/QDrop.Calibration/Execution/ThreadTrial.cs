using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Computes something with two numbers of threads, for a comparison.</summary>
internal static class ThreadTrial
{
    /// <summary>
    /// Computes something with as many threads as there are, and with one (with two where there is one).
    /// </summary>
    public static (T One, T Other) Twice<T>(Func<T> compute)
    {
        int threads = get_num_threads();
        T one = compute();
        try
        {
            set_num_threads(threads == 1 ? 2 : 1);
            return (one, compute());
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Whether two tensors have the same values; NaN is the same as NaN.</summary>
    public static bool Same(Tensor one, Tensor other)
    {
        using IDisposable guard = no_grad();
        return one.shape.SequenceEqual(other.shape) && one.allclose(other, rtol: 0, atol: 0, equal_nan: true);
    }
}
