using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>
/// Inputs and weights with which a module is tried out, to find what its parameters do not tell. They are random, so
/// that no two possibilities give the same by chance, as they may with a regular pattern, and the same in every run.
/// </summary>
internal static class TrialValues
{
    /// <summary>Normally distributed numbers of variance 1.</summary>
    /// <param name="number">Tells tensors of one shape apart.</param>
    /// <param name="shape">The shape.</param>
    public static Tensor Of(int number, params long[] shape)
    {
        using var generator = new Generator(unchecked((ulong)(number + 1000)));
        return randn(shape, dtype: ScalarType.Float32, generator: generator);
    }

    /// <summary>Runs something with other parameters; theirs are put back.</summary>
    /// <param name="parameters">
    /// Parameters. Matrices get values of variance 1 / inputs, so that what comes out is as large as what goes in:
    /// scores of attention are about 1 then, and no softmax is all or nothing, or the same for all.
    /// </param>
    /// <param name="isOne">Whether a vector of such a name is 1, not 0.</param>
    /// <param name="run">What is run.</param>
    public static T With<T>(
        IEnumerable<KeyValuePair<string, Parameter>> parameters, Predicate<string> isOne, Func<T> run)
    {
        (string Name, Tensor Value, Tensor Kept)[] all =
        [
            .. parameters.Select(static p => (p.Key, (Tensor)p.Value, p.Value.clone())),
        ];
        try
        {
            for (int i = 0; i < all.Length; i++)
                all[i].Value.copy_(Other(i, all[i].Value.shape, isOne(all[i].Name)));
            return run();
        }
        finally
        {
            foreach ((_, Tensor value, Tensor kept) in all)
                value.copy_(kept);
        }
    }

    private static Tensor Other(int number, long[] shape, bool isOne)
    {
        if (shape.Length != 2)
            return isOne ? ones(shape) : zeros(shape);
        using Scalar size = 1 / Math.Sqrt(shape[1]);
        return Of(number, shape).mul(size);
    }
}
