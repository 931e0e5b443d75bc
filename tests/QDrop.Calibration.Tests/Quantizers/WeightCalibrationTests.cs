using System.Text.Json;
using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Weight quantizers while their range is searched and their rounding is learned.</summary>
public sealed unsafe class WeightCalibrationTests
{
    public static IEnumerable<object[]> Cases => GoldenVectors.Cases("adaround");

    [Theory, MemberData(nameof(Cases))]
    public void Learning_starts_where_the_weight_lies(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("adaround", index);
        using WeightQuantizer quantizer = Quantizer(golden);
        // The golden scales are rounded to 9 decimals, too coarse for the fractional part of a weight that lies 100
        // levels from 0; the search finds them exactly.
        quantizer.Calibration.SearchRange();
        Near.Equal(golden.Floats("scale"), quantizer.Scale!);
        quantizer.Calibration.BeginLearning();
        Near.Equal(golden.Floats("alpha_init"), quantizer.Calibration.Alpha!, 1e-5, 1e-6);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Soft_and_hard_rounding_are_those_of_the_published_implementation(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("adaround", index);
        using WeightQuantizer quantizer = Learning(golden);

        Tensor soft = quantizer.Value();
        Near.Equal(golden.Floats("soft"), soft, absolute: 1e-7);
        soft.backward([golden.Tensor("grad_output")]);
        Tensor gradient = quantizer.Calibration.TakeSlope()!;
        Assert.Null(quantizer.Calibration.TakeSlope());
        Assert.Equal(0, quantizer.Calibration.Backward(gradient, null, 0, static (_, _) => { }));
        Near.Equal(golden.Floats("grad_alpha"), gradient);

        quantizer.Calibration.EndLearning();
        Near.Equal(golden.Floats("hard"), quantizer.Value());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Regulariser_is_that_of_the_published_implementation(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("adaround", index);
        foreach (int beta in new[] { 20, 10, 2 })
        {
            JsonElement expected = golden
                .GetProperty("regularizer")
                .GetProperty(beta.ToString(System.Globalization.CultureInfo.InvariantCulture));
            float[] alpha = golden.Floats("alpha");
            float[] gradient = new float[alpha.Length];
            double value;
            fixed (float* a = alpha, g = gradient)
                value = LearnedRounding.Regularize(a, g, alpha.Length, beta, 1);
            Assert.InRange(value / expected.Number("value"), 1 - 1e-5, 1 + 1e-5);
            // Where h is near 0.5, h − 0.5 keeps few of float32's digits: 1e-6 of a gradient of up to 0.5.
            Near.Equal(expected.Floats("grad_alpha"), gradient, 1e-5, 1e-6);
        }
    }

    [Fact]
    public void Regulariser_adds_its_gradient_times_lambda()
    {
        float[] alpha = [0.3f, -0.4f, 1f], once = new float[3], gradient = [1, 2, 3];
        fixed (float* a = alpha, o = once, g = gradient)
        {
            LearnedRounding.Regularize(a, o, 3, 4, 1);
            LearnedRounding.Regularize(a, g, 3, 4, 0.25f);
        }
        Near.Equal([1 + once[0] / 4, 2 + once[1] / 4, 3 + once[2] / 4], gradient);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Levels_times_scale_are_the_value_and_make_the_same_quantizer_again(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("adaround", index);
        using WeightQuantizer quantizer = Learning(golden);
        quantizer.Calibration.EndLearning();
        Tensor levels = quantizer.Levels();

        Assert.Equal(ScalarType.Byte, levels.dtype);
        Assert.Equal(quantizer.Weight.shape, levels.shape);
        Assert.True(levels.data<byte>().ToArray().Max() < 1 << quantizer.Bits);
        using var again = WeightQuantizer.FromLevels(
            "w", levels, quantizer.Scale!, quantizer.ZeroPoint!, quantizer.Bits, 0);
        Near.Equal(Near.Values(quantizer.Value()), again.Value(), 0, 0);
        Near.Equal(Near.Values(quantizer.Value()), again.Weight, 0, 0);
    }

    [Fact]
    public void Not_enabled_it_gives_the_float_weight()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn([3L, 2L, 3L, 3L]);
        using var quantizer = new WeightQuantizer("w", weight, 0) { Bits = 2 };
        quantizer.Calibration.SearchRange();
        Near.Equal(Near.Values(weight), quantizer.Value(), 0, 0);
    }

    [Fact]
    public void Grids_of_a_transposed_convolution_follow_its_second_dimension()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(
            [0.11f, -0.22f, 3.1f, -4.2f, 0.3f, 0.1f, 5.3f, 1.1f], new long[] { 2, 2, 2 }, ScalarType.Float32);
        using var transposed = new WeightQuantizer("w", weight, 1) { Bits = 3, Enabled = true };
        using var direct = new WeightQuantizer("w", weight.transpose(0, 1), 0) { Bits = 3, Enabled = true };
        transposed.Calibration.SearchRange();
        direct.Calibration.SearchRange();
        Near.Equal(Near.Values(direct.Value()), transposed.Value().transpose(0, 1), 0, 0);

        transposed.Calibration.BeginLearning();
        direct.Calibration.BeginLearning();
        Near.Equal(Near.Values(direct.Value()), transposed.Value().transpose(0, 1), 0, 0);
    }

    [Fact]
    public void Another_bit_width_makes_ranges_void()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new WeightQuantizer("conv7", randn([3L, 4L]), 0) { Bits = 4, Enabled = true };
        quantizer.Calibration.SearchRange();
        quantizer.Bits = 2;
        Assert.Null(quantizer.Scale);
        Assert.Contains("conv7", Assert.Throws<InvalidOperationException>(quantizer.Value).Message);
    }

    private static WeightQuantizer Quantizer(JsonElement golden)
    {
        var quantizer = new WeightQuantizer("w", golden.Tensor("weight"), 0)
        {
            Bits = golden.Whole("bit"),
            Enabled = true,
        };
        quantizer.SetGrid(golden.Floats("scale"), golden.Floats("zero_point"));
        return quantizer;
    }

    private static WeightQuantizer Learning(JsonElement golden)
    {
        WeightQuantizer quantizer = Quantizer(golden);
        quantizer.Calibration.BeginLearning();
        quantizer.Calibration.Alpha!.copy_(golden.Tensor("alpha"));
        quantizer.Calibration.Changed();
        return quantizer;
    }
}
