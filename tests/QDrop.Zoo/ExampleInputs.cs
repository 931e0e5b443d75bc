using static TorchSharp.torch;

namespace Zoo;

/// <summary>Seeded inputs: the same seed and number of samples give the same tensors.</summary>
internal static class ExampleInputs
{
    /// <summary>
    /// Images <c>[N, channels, size, size]</c>: coarse shapes under fine noise, as photographs have, of about unit
    /// variance.
    /// </summary>
    public static Func<int, Tensor> Images(int channels, int size) =>
        samples =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor shapes = nn.functional.interpolate(
                randn(samples, channels, 5, 5),
                size: [size, size],
                mode: InterpolationMode.Bilinear,
                align_corners: false);
            return (1.5 * shapes + 0.3 * randn(samples, channels, size, size)).MoveToOuterDisposeScope();
        };

    /// <summary>Waveforms <c>[N, 1, length]</c>: a tone of random pitch under noise.</summary>
    public static Func<int, Tensor> Waves(int length) =>
        samples =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pitch = rand(samples, 1, 1) * 0.5 + 0.01;
            return (
                sin(arange(length, dtype: ScalarType.Float32).view(1, 1, -1) * pitch) + 0.3 * randn(samples, 1, length)
            ).MoveToOuterDisposeScope();
        };

    /// <summary>Rows of independent numbers <c>[N, …]</c>.</summary>
    public static Func<int, Tensor> Numbers(params long[] shape) => samples => randn([samples, .. shape]);

    /// <summary>Tokens <c>[N, length]</c> from 1 up.</summary>
    public static Func<int, Tensor> Tokens(int vocabulary, int length) =>
        samples => randint(1, vocabulary, [samples, length], ScalarType.Int64);

    /// <summary>
    /// Attention masks <c>[N, length]</c>: 1 for a sentence of random length, 0 for the padding after it.
    /// </summary>
    public static Func<int, Tensor> Masks(int length) =>
        samples =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor lengths = randint(length / 2, length + 1, [samples, 1], ScalarType.Int64);
            return arange(length, dtype: ScalarType.Int64)
                .unsqueeze(0)
                .lt(lengths)
                .to_type(ScalarType.Int64)
                .MoveToOuterDisposeScope();
        };

    /// <summary>Time steps <c>[N]</c> from 0 to 999.</summary>
    public static Tensor Times(int samples) => randint(0, 1000, [samples], ScalarType.Int64);
}
