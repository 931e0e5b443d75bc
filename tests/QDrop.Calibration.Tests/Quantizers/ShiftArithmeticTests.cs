using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// What steps that are powers of two are for: layers computed with whole numbers and shifts alone give what the float
/// path gives, bit for bit. Every product here is a whole number of 2^(k + l), and their sums stay below 2^24 of them,
/// so that float32 holds each partial sum exactly, in whatever order it adds; with more inputs, the float path would
/// round where whole numbers do not.
/// </summary>
public sealed class ShiftArithmeticTests
{
    /// <summary>Fractional bits of the whole numbers that stand for outputs.</summary>
    private const int Fraction = 40;

    public ShiftArithmeticTests()
    {
        set_num_threads(1);
        manual_seed(4);
    }

    [Theory]
    [InlineData(2, 4, true)]
    [InlineData(4, 4, true)]
    [InlineData(8, 8, true)]
    [InlineData(2, 4, false)]
    public void A_linear_layer(int weightBits, int activationBits, bool rectified)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Samples = 7, Inputs = 96, Outputs = 10;
        Tensor x = randn(Samples, Inputs);
        if (rectified)
            x = x.relu();
        using WeightQuantizer weight = Weight(randn(Outputs, Inputs) * (rand(Outputs, 1) + 0.05), weightBits);
        using ActivationQuantizer activation = Activation(x, activationBits);

        Tensor y = nn.functional.linear(activation.Forward(x), weight.Value());

        (long[]? inputs, int k) = Integers(activation, x);
        (long[]? weights, int[]? l) = Integers(weight);
        float[] found = new float[Samples * Outputs];
        for (int n = 0; n < Samples; n++)
        {
            for (int o = 0; o < Outputs; o++)
            {
                long sum = 0;
                for (int i = 0; i < Inputs; i++)
                    sum += inputs[n * Inputs + i] * weights[o * Inputs + i];
                found[n * Outputs + o] = Shifted(sum, k + l[o]);
            }
        }
        Assert.Equal(Near.Values(y), found);
        Assert.Contains(found, value => value != 0);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 3)]
    [InlineData(8, 4)]
    public void A_convolution(int weightBits, int activationBits)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Samples = 2, Inputs = 8, Outputs = 6, Size = 9, Stride = 2, Result = (Size + 2 - 3) / Stride + 1;
        Tensor x = randn(Samples, Inputs, Size, Size).relu();
        using WeightQuantizer weight = Weight(
            randn(Outputs, Inputs, 3, 3) * (rand(Outputs, 1, 1, 1) + 0.05), weightBits);
        using ActivationQuantizer activation = Activation(x, activationBits);

        Tensor y = nn.functional.conv2d(
            activation.Forward(x), weight.Value(), strides: [Stride, Stride], padding: [1, 1]);

        (long[]? inputs, int k) = Integers(activation, x);
        (long[]? weights, int[]? l) = Integers(weight);
        var found = new List<float>();
        for (int n = 0; n < Samples; n++)
        {
            for (int o = 0; o < Outputs; o++)
            {
                for (int r = 0; r < Result; r++)
                {
                    for (int c = 0; c < Result; c++)
                    {
                        long sum = 0;
                        for (int tap = 0; tap < Inputs * 9; tap++)
                        {
                            int row = r * Stride + tap % 9 / 3 - 1, column = c * Stride + tap % 3 - 1;
                            if (row is >= 0 and < Size && column is >= 0 and < Size)
                                sum +=
                                    inputs[((n * Inputs + tap / 9) * Size + row) * Size + column]
                                    * weights[o * Inputs * 9 + tap];
                        }
                        found.Add(Shifted(sum, k + l[o]));
                    }
                }
            }
        }
        Assert.Equal(Near.Values(y), found);
    }

    [Theory]
    [InlineData(Scale.PowerOfTwo)]
    [InlineData(Scale.NearestPowerOfTwo)]
    public void Weights_are_their_levels_shifted(Scale scale)
    {
        using DisposeScope scope = NewDisposeScope();
        using var weight = new WeightQuantizer("w", randn(12, 40) * (rand(12, 1) * 3), 0)
        {
            Bits = 5,
            Enabled = true,
            Calibration = { Range = new(Scale: scale) },
        };
        weight.Calibration.SearchRange();
        (long[]? levels, int[]? exponents) = Integers(weight);
        Assert.Equal(Near.Values(weight.Value()), levels.Select((level, i) => Shifted(level, exponents[i / 40])));
    }

    private static float Shifted(long value, int exponent)
    {
        // The sums that the float path must hold exactly.
        Assert.InRange(Math.Abs(value), 0, (1 << 24) - 1);
        long shifted =
            exponent + Fraction >= 0
                ? value << (exponent + Fraction)
                : throw new InvalidOperationException("More fractional bits are needed.");
        Assert.Equal(value, shifted >> (exponent + Fraction));
        return (float)(shifted / (double)(1L << Fraction));
    }

    /// <summary>Levels counted from the one that stands for 0, and the exponent of each channel's step.</summary>
    private static (long[] Levels, int[] Exponents) Integers(WeightQuantizer weight)
    {
        byte[] levels = [.. weight.Levels().data<byte>()];
        float[] zeros = Near.Values(weight.ZeroPoint!), scales = Near.Values(weight.Scale!);
        return (
            [.. levels.Select((level, i) => level - (long)zeros[i / (levels.Length / zeros.Length)])],
            PowerOfTwo.Exponents(scales)!);
    }

    private static (long[] Levels, int Exponent) Integers(ActivationQuantizer activation, Tensor x)
    {
        int exponent = PowerOfTwo.Exponents(Near.Values(activation.Scale!))![0], top = (1 << activation.Bits) - 1;
        long zero = (long)activation.ZeroPoint!.item<float>();
        return (
            [
                .. Near.Values(x)
                    .Select(value => Math.Clamp((long)Math.Round(Math.ScaleB(value, -exponent)) + zero, 0, top) - zero),
            ],
            exponent);
    }

    private static WeightQuantizer Weight(Tensor values, int bits)
    {
        var quantizer = new WeightQuantizer("w", values, 0)
        {
            Bits = bits,
            Enabled = true,
            Calibration = { Range = new(Scale: Scale.PowerOfTwo) },
        };
        quantizer.Calibration.SearchRange();
        return quantizer;
    }

    private static ActivationQuantizer Activation(Tensor x, int bits)
    {
        var quantizer = new ActivationQuantizer("a")
        {
            Bits = bits,
            Calibration = { Range = new(Scale: Scale.PowerOfTwo), Observing = true },
        };
        quantizer.Forward(x);
        quantizer.Calibration.Observing = false;
        quantizer.Enabled = true;
        return quantizer;
    }
}
