using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class ConvolutionTests
{
    // Cross-correlation of [N, C, H, W] by definition; `at` says what stands at a position, inside the image or beyond it.
    private static double[] Reference(Conv2d conv, float[] x, long n, long h, long w, Func<Func<long, long, double>, long, long, double> at)
    {
        float[] weight = Samples.Values(conv.weight);
        float[]? bias = conv.bias is null ? null : Samples.Values(conv.bias);
        (long kh, long kw) = (conv.kernel_size[0], conv.kernel_size[1]);
        long[] pad = conv.padding_type == Padding.Same ? [conv.dilation[0] * (kh - 1) / 2, conv.dilation[1] * (kw - 1) / 2] : conv.padding;
        long[] total = conv.padding_type == Padding.Same ? [conv.dilation[0] * (kh - 1), conv.dilation[1] * (kw - 1)] : [2 * pad[0], 2 * pad[1]];
        long oh = (h + total[0] - conv.dilation[0] * (kh - 1) - 1) / conv.stride[0] + 1;
        long ow = (w + total[1] - conv.dilation[1] * (kw - 1) - 1) / conv.stride[1] + 1;
        long inGroup = conv.in_channels / conv.groups, outGroup = conv.out_channels / conv.groups;
        var result = new List<double>();
        for (long b = 0; b < n; b++)
            for (long o = 0; o < conv.out_channels; o++)
                for (long i = 0; i < oh; i++)
                    for (long j = 0; j < ow; j++)
                    {
                        double sum = bias?[o] ?? 0;
                        for (long c = 0; c < inGroup; c++)
                        {
                            long channel = o / outGroup * inGroup + c;
                            double Inside(long y, long z) => x[((b * conv.in_channels + channel) * h + y) * w + z];
                            for (long p = 0; p < kh; p++)
                                for (long q = 0; q < kw; q++)
                                    sum += weight[((o * inGroup + c) * kh + p) * kw + q] * at(Inside, i * conv.stride[0] + p * conv.dilation[0] - pad[0], j * conv.stride[1] + q * conv.dilation[1] - pad[1]);
                        }

                        result.Add(sum);
                    }

        return [.. result];
    }

    private static void Check(Conv2d conv, Func<Func<long, long, double>, long, long, double>? at = null)
    {
        using (conv)
        using (NewDisposeScope())
        {
            const long Height = 6, Width = 5;
            Tensor input = Samples.Wave(2, conv.in_channels, Height, Width);
            at ??= (inside, y, x) => y is >= 0 and < Height && x is >= 0 and < Width ? inside(y, x) : 0;
            Samples.Close(Reference(conv, Samples.Values(input), 2, Height, Width, at), conv.forward(input), 1e-4);
        }
    }

    [Fact]
    public void Conv2d_is_cross_correlation() => Check(nn.Conv2d(3, 4, 3));

    [Fact]
    public void Conv2d_takes_stride_padding_dilation_and_groups()
        => Check(nn.Conv2d(4, 6, (3, 2), stride: (2, 1), padding: (2, 1), dilation: (1, 2), groups: 2, bias: false));

    [Fact]
    public void Padding_same_keeps_the_size() => Check(nn.Conv2d(2, 2, 4, Padding.Same));

    [Fact]
    public void Padding_same_of_an_even_kernel_puts_the_odd_pixel_after_the_image_in_every_padding_mode()
        => Check(nn.Conv2d(2, 2, 4, Padding.Same, padding_mode: PaddingModes.Replicate), (inside, y, x) => inside(Math.Clamp(y, 0, 5), Math.Clamp(x, 0, 4)));

    [Fact]
    public void Padding_valid_pads_nothing() => Check(nn.Conv2d(2, 2, (3, 3), Padding.Valid, stride: (2, 2)));

    [Fact]
    public void Reflecting_padding_mirrors_the_input_at_its_border()
    {
        static long Mirror(long i, long size) => i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
        Check(nn.Conv2d(2, 2, 3, padding: 2, padding_mode: PaddingModes.Reflect), (inside, y, x) => inside(Mirror(y, 6), Mirror(x, 5)));
    }

    [Fact]
    public void Replicating_padding_repeats_the_border()
        => Check(nn.Conv2d(2, 2, 3, padding: 1, padding_mode: PaddingModes.Replicate), (inside, y, x) => inside(Math.Clamp(y, 0, 5), Math.Clamp(x, 0, 4)));

    [Fact]
    public void Circular_padding_wraps_around()
        => Check(nn.Conv2d(2, 2, 3, padding: 1, padding_mode: PaddingModes.Circular), (inside, y, x) => inside((y + 6) % 6, (x + 5) % 5));

    [Fact]
    public void Conv1d_and_Conv3d_are_Conv2d_with_sizes_of_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using Conv1d one = nn.Conv1d(2, 3, 3, stride: 2, padding: 1);
        using Conv3d three = nn.Conv3d(2, 3, (1, 1, 3), stride: (1, 1, 2), padding: (0, 0, 1));
        three.load_state_dict(new() { ["weight"] = one.weight.view(3, 2, 1, 1, 3), ["bias"] = one.bias! });
        Tensor input = Samples.Wave(2, 2, 7);
        Tensor expected = nn.functional.conv2d(input.view(2, 2, 1, 7), one.weight.view(3, 2, 1, 3), one.bias, [1, 2], [0, 1]);
        Samples.Close(expected.view(2, 3, 4), one.forward(input));
        Samples.Close(expected.view(2, 3, 1, 1, 4), three.forward(input.view(2, 2, 1, 1, 7)));
    }

    [Fact]
    public void An_input_without_a_batch_is_taken()
    {
        using DisposeScope scope = NewDisposeScope();
        using Conv2d conv = nn.Conv2d(2, 3, 3);
        Tensor input = Samples.Wave(2, 5, 5);
        Samples.Close(conv.forward(input.unsqueeze(0)).squeeze(0), conv.forward(input));
    }

    [Fact]
    public void An_input_with_other_channels_is_refused_with_its_shape()
    {
        using Conv2d conv = nn.Conv2d(3, 4, 3);
        using Tensor input = zeros(1, 2, 8, 8);
        var failure = Assert.Throws<ArgumentException>(() => conv.forward(input));
        Assert.Contains("[1, 2, 8, 8]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Geometry_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentException>(() => nn.Conv2d(3, 4, 3, groups: 2));
        Assert.Throws<ArgumentException>(() => nn.Conv2d(2, 2, 3, Padding.Same, stride: 2));
        Assert.Throws<ArgumentException>(() => nn.ConvTranspose2d(2, 2, 3, padding_mode: PaddingModes.Reflect));
    }

    [Fact]
    public void Properties_say_how_a_convolution_was_made()
    {
        using Conv2d conv = nn.Conv2d(4, 8, (3, 5), stride: (2, 1), padding: (1, 2), dilation: (1, 3), groups: 4, bias: false);
        Assert.Equal((4L, 8L, 4L), (conv.in_channels, conv.out_channels, conv.groups));
        Assert.Equal([3, 5], conv.kernel_size);
        Assert.Equal([2, 1], conv.stride);
        Assert.Equal([1, 2], conv.padding);
        Assert.Equal([1, 3], conv.dilation);
        Assert.Equal((null, PaddingModes.Zeros, false), (conv.padding_type, conv.padding_mode, conv.transposed));
        Assert.Equal([8, 1, 3, 5], conv.weight.shape);
        Assert.Null(conv.bias);
    }

    [Fact]
    public void Weights_and_biases_begin_uniform_within_one_over_the_root_of_fan_in()
    {
        manual_seed(7);
        using Conv2d conv = nn.Conv2d(16, 64, 3, groups: 2);
        double bound = 1 / Math.Sqrt(8 * 9);
        float[] values = [.. Samples.Values(conv.weight), .. Samples.Values(conv.bias!)];
        Assert.All(values, value => Assert.InRange(value, -bound, bound));
        // The standard deviation of a uniform distribution is bound/√3; of 4,672 values the estimate is good to about 1 %.
        Assert.InRange(Math.Sqrt(values.Average(value => value * value)), 0.96 * bound / Math.Sqrt(3), 1.04 * bound / Math.Sqrt(3));
    }

    [Fact]
    public void ConvTranspose2d_scatters_each_value_through_the_kernel()
    {
        using DisposeScope scope = NewDisposeScope();
        using ConvTranspose2d conv = nn.ConvTranspose2d(2, 4, 3, stride: 2, padding: 1, output_padding: 1, groups: 2);
        Tensor input = Samples.Wave(1, 2, 3, 3);
        float[] x = Samples.Values(input), weight = Samples.Values(conv.weight), bias = Samples.Values(conv.bias!);
        const int Size = (3 - 1) * 2 - 2 + 2 + 1 + 1;
        double[] expected = new double[4 * Size * Size];
        for (int o = 0; o < 4; o++)
            for (int k = 0; k < Size * Size; k++) expected[o * Size * Size + k] = bias[o];
        for (int c = 0; c < 2; c++)
            for (int o = 0; o < 2; o++)
                for (int i = 0; i < 9; i++)
                    for (int k = 0; k < 9; k++)
                    {
                        (int y, int z) = (i / 3 * 2 + k / 3 - 1, i % 3 * 2 + k % 3 - 1);
                        if (y is >= 0 and < Size && z is >= 0 and < Size) expected[((c * 2 + o) * Size + y) * Size + z] += x[c * 9 + i] * weight[(c * 2 + o) * 9 + k];
                    }

        Samples.Close(expected, conv.forward(input), 1e-4);
        Samples.Close(conv.forward(input), nn.functional.conv_transpose2d(input, conv.weight, conv.bias, [2, 2], [1, 1], [1, 1], groups: 2));
    }

    [Fact]
    public void The_output_size_of_a_transposed_convolution_can_be_chosen_within_reach()
    {
        using DisposeScope scope = NewDisposeScope();
        using ConvTranspose1d conv = nn.ConvTranspose1d(1, 1, 3, stride: 3);
        Tensor input = Samples.Wave(1, 1, 4);
        Assert.Equal([1, 1, 12], conv.forward(input).shape);
        Assert.Equal([1, 1, 14], conv.forward(input, [14]).shape);
        Assert.Throws<ArgumentException>(() => conv.forward(input, [15]));
        using ConvTranspose3d cube = nn.ConvTranspose3d(1, 2, 2);
        Assert.Equal([1, 2, 3, 3, 3], cube.forward(Samples.Wave(1, 1, 2, 2, 2)).shape);
    }
}
