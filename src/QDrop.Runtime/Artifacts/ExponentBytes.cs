using QDrop.Quantizers;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>Scales that are powers of two, as artifacts have them: k of 2^k, int8.</summary>
internal static class ExponentBytes
{
    /// <summary>The exponents of scales, <c>[K]</c>.</summary>
    internal static Tensor Of(ReadOnlySpan<float> scales)
    {
        float[] exponents = new float[scales.Length];
        for (int i = 0; i < exponents.Length; i++)
            exponents[i] = PowerOfTwo.Floor(scales[i]);
        return TensorBytes.FromFloats(exponents).to_type(ScalarType.Int8);
    }

    /// <summary>The scales of exponents, exactly.</summary>
    /// <exception cref="InvalidFileException">An exponent is beyond those that there are.</exception>
    internal static float[] ToScales(Tensor exponents, string what)
    {
        using Tensor wide = exponents.to_type(ScalarType.Float32);
        return Array.ConvertAll(
            TensorBytes.ToFloats(wide),
            k =>
                k is >= PowerOfTwo.MinExponent and <= PowerOfTwo.MaxExponent
                    ? PowerOfTwo.Step((int)k)
                    : throw new InvalidFileException(
                        $"{what} has an exponent of {k}; expected {PowerOfTwo.MinExponent} to {PowerOfTwo.MaxExponent}."
                    ));
    }
}
