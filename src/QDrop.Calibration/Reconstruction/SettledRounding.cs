using System.Numerics;
using System.Runtime.Intrinsics;
using QDrop.Calibration.Learning;
using QDrop.Native;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Calibration.Reconstruction;

/// <summary>
/// How many rounding variables are settled: h(α) is 0 or 1 to within <see cref="Tolerance"/>, so that the weight will
/// be rounded that way.
/// </summary>
internal static unsafe class SettledRounding
{
    /// <summary>How far from 0 or 1 h(α) may be.</summary>
    public const float Tolerance = 0.01f;

    /// <summary>Where h(α) is as far from 1 as it may be; h(−α) = 1 − h(α).</summary>
    private static float Threshold => -LearnedRounding.Start(Tolerance);

    /// <summary>
    /// Share of the variables of some weights, from 0 to 1; <see langword="null"/> where no rounding is learned.
    /// </summary>
    public static double? Share(IEnumerable<WeightQuantizer> weights)
    {
        (long settled, long all) = (0L, 0L);
        foreach (Tensor alpha in weights.Select(static w => w.Calibration.Alpha).OfType<Tensor>())
        {
            settled += Count(DenseMemory.Floats(alpha), alpha.NumberOfElements);
            all += alpha.NumberOfElements;
        }
        return all == 0 ? null : (double)settled / all;
    }

    private static long Count(float* alpha, long count)
    {
        (Vector256<float> threshold, long settled, long i) = (Vector256.Create(Threshold), 0L, 0L);
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            settled += BitOperations.PopCount(
                Vector256
                    .GreaterThanOrEqual(Vector256.Abs(Vector256.Load(alpha + i)), threshold)
                    .ExtractMostSignificantBits());
        for (; i < count; i++)
            settled += Math.Abs(alpha[i]) >= Threshold ? 1 : 0;
        return settled;
    }
}
