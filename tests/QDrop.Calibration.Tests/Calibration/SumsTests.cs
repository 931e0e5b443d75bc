using QDrop.Calibration.Memory;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Sums in a fixed order.</summary>
public sealed class SumsTests() : CalibrationTest(seed: 3)
{
    public static TheoryData<string> Layouts =>
        ["rows", "channels last", "other", "strided", "float64", "scalar", "none"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void They_are_what_double_precision_gives(string layout)
    {
        (Tensor a, Tensor b, Tensor w) = (Made(layout), Made(layout), Made(layout).abs());
        // One of another order of memory.
        if (layout == "other")
            b = b.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        (double[] x, double[] y, double[] z) = (Doubles(a), Doubles(b), Doubles(w));
        double[] errors = [.. x.Zip(y, static (p, q) => p - q)];
        Near(x.Sum(), Sums.Of(a));
        Near(x.Sum(static v => v * v), Sums.OfSquares(a));
        Near(errors.Sum(static e => e * e), Sums.OfSquaredErrors(a, b));
        Near(errors.Zip(z, static (e, weight) => e * e * weight).Sum(), Sums.OfSquaredErrors(a, b, w));
        Near(errors.Sum(Math.Abs), Sums.OfErrors(a, b, 1));
        Near(errors.Sum(static e => Math.Pow(Math.Abs(e), 1.7)), Sums.OfErrors(a, b, 1.7));

        static void Near(double expected, double found) =>
            Assert.Equal(expected, found, 1e-6 * (1 + Math.Abs(expected)));
    }

    [Fact]
    public void They_have_the_same_bits_with_any_number_of_threads()
    {
        Tensor a = randn(64, 8, 33, 33), b = randn(64, 8, 33, 33);
        double[] one = All();
        foreach (int threads in new[] { 2, 3, 5 })
        {
            set_num_threads(threads);
            Assert.Equal(one, All());
        }
        set_num_threads(1);

        double[] All() =>
        [
            Sums.Of(a), Sums.OfSquares(a), Sums.OfSquaredErrors(a, b), Sums.OfSquaredErrors(a, b, b),
            Sums.OfErrors(a, b, 1), Sums.OfErrors(a, b, 2.5),
        ];
    }

    [Fact]
    public void A_tensor_is_multiplied_in_place()
    {
        Tensor a = randn(9, 8, 33, 33), expected = a * 0.3f;
        Sums.Multiply(a, 0.3f);
        Assert.True(a.allclose(expected, rtol: 0, atol: 0));
    }

    private static Tensor Made(string layout) => layout switch
    {
        "channels last" => randn(5, 9, 7, 3).permute(0, 3, 1, 2),
        "strided" => randn(5, 3, 18, 7)[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2), TensorIndex.Colon],
        "float64" => randn(5, 3, 9, 7, ScalarType.Float64),
        "scalar" => randn([]),
        "none" => zeros(0, 3),
        _ => randn(50, 3, 90, 7),
    };

    private static double[] Doubles(Tensor tensor) =>
        [.. tensor.to_type(ScalarType.Float64).contiguous().reshape(-1).data<double>()];
}
