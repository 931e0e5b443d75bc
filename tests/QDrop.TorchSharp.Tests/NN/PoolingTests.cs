using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class PoolingTests
{
    // Reduces each window of a [1, 1, h, w] image; positions beyond it are left out.
    private static double[] Windows(float[] x, int h, int w, int kernel, int stride, int padding, Func<List<double>, double> reduce, int dilation = 1)
    {
        var result = new List<double>();
        int Size(int n) => (n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        for (int i = 0; i < Size(h); i++)
            for (int j = 0; j < Size(w); j++)
            {
                var window = new List<double>();
                for (int p = 0; p < kernel; p++)
                    for (int q = 0; q < kernel; q++)
                    {
                        (int y, int z) = (i * stride + p * dilation - padding, j * stride + q * dilation - padding);
                        if (y >= 0 && y < h && z >= 0 && z < w) window.Add(x[y * w + z]);
                    }

                result.Add(reduce(window));
            }

        return [.. result];
    }

    [Fact]
    public void MaxPool2d_takes_the_greatest_of_each_window()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(1, 1, 6, 7);
        float[] x = Samples.Values(input);
        Samples.Close(Windows(x, 6, 7, 2, 2, 0, window => window.Max()), nn.MaxPool2d(2).forward(input));
        Samples.Close(Windows(x, 6, 7, 3, 2, 1, window => window.Max()), nn.MaxPool2d(3, stride: 2, padding: 1).forward(input));
        Samples.Close(Windows(x, 6, 7, 2, 1, 0, window => window.Max(), dilation: 2), nn.MaxPool2d((2, 2), stride: (1, 1), dilation: (2, 2)).forward(input));
    }

    [Fact]
    public void Ceil_mode_keeps_the_last_partial_window()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Of([1, 2, 3, 4, 5], 1, 1, 5);
        Samples.Close([2, 4], nn.MaxPool1d(2).forward(input));
        Samples.Close([2, 4, 5], nn.MaxPool1d(2, ceil_mode: true).forward(input));
        Samples.Close([1.5, 3.5, 5], nn.AvgPool1d(2, ceil_mode: true).forward(input));
    }

    [Fact]
    public void Max_pooling_tells_where_its_values_came_from()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Of([1, 9, 2, 3, 4, 5, 8, 6, 7], 1, 1, 3, 3);
        (Tensor values, Tensor indices) = nn.MaxPool2d(2, stride: 1).forward_with_indices(input);
        Samples.Close([9, 9, 8, 7], values);
        Assert.Equal([1L, 1, 6, 8], indices.data<long>().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Unpooling_inverts_max_pooling_up_to_zeros(int dimensions)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = [2, 3, .. Enumerable.Repeat(4L, dimensions)];
        Tensor input = Samples.Wave(shape) + 3;
        (Tensor values, Tensor indices) = dimensions switch
        {
            1 => nn.MaxPool1d(2).forward_with_indices(input),
            2 => nn.MaxPool2d(2).forward_with_indices(input),
            _ => nn.MaxPool3d(2).forward_with_indices(input),
        };
        Tensor restored = dimensions switch
        {
            1 => nn.MaxUnpool1d(2).call(values, indices),
            2 => nn.MaxUnpool2d(2).call(values, indices),
            _ => nn.MaxUnpool3d(2).call(values, indices),
        };
        Assert.Equal(shape, restored.shape);
        float[] x = Samples.Values(input), back = Samples.Values(restored);
        Assert.Equal(values.numel(), back.Count(value => value != 0));
        Assert.All(x.Zip(back), pair => Assert.True(pair.Second == 0 || pair.Second == pair.First));
    }

    [Fact]
    public void AvgPool2d_counts_the_padding_unless_told_otherwise()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(1, 1, 5, 6);
        float[] x = Samples.Values(input);
        Samples.Close(Windows(x, 5, 6, 3, 2, 1, window => window.Sum() / 9), nn.AvgPool2d(3, stride: 2, padding: 1).forward(input));
        Samples.Close(Windows(x, 5, 6, 3, 2, 1, window => window.Average()), nn.AvgPool2d(3, stride: 2, padding: 1, count_include_pad: false).forward(input));
        Samples.Close(Windows(x, 5, 6, 3, 2, 1, window => window.Sum() / 4), nn.AvgPool2d(3, stride: 2, padding: 1, divisor_override: 4).forward(input));
    }

    [Fact]
    public void A_stride_that_is_not_given_stays_null()
    {
        Assert.Null(nn.MaxPool2d(3).stride);
        Assert.Equal([2, 2], nn.AvgPool2d(3, stride: 2).stride!);
        Assert.Equal([3, 3, 3], nn.MaxPool3d(3).kernel_size);
    }

    [Fact]
    public void Three_dimensional_pools_agree_with_two_dimensional_ones_on_flat_volumes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(2, 3, 4, 6);
        Tensor volume = input.unsqueeze(2);
        Samples.Close(nn.MaxPool2d(2).forward(input).unsqueeze(2), nn.MaxPool3d((1, 2, 2)).forward(volume));
        Samples.Close(nn.AvgPool2d(2).forward(input).unsqueeze(2), nn.AvgPool3d((1, 2, 2)).forward(volume));
    }

    [Fact]
    public void Adaptive_pools_have_the_wanted_size()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Of([1, 2, 3, 4, 5], 1, 1, 5);
        // Window i of 2 over 5 is from floor(5i/2) to ceil(5(i+1)/2).
        Samples.Close([2, 4], nn.AdaptiveAvgPool1d(2).forward(input));
        Samples.Close([3, 5], nn.AdaptiveMaxPool1d(2).forward(input));
        Assert.Equal([2L, 4], nn.AdaptiveMaxPool1d(2).forward_with_indices(input).Indices.data<long>().ToArray());
        Tensor images = Samples.Wave(2, 3, 5, 7);
        Samples.Close(images.mean([2, 3], keepdim: true), nn.AdaptiveAvgPool2d(1).forward(images));
        Assert.Equal([2, 3, 4, 2], nn.AdaptiveAvgPool2d((4, 2)).forward(images).shape);
        Assert.Equal([2, 3, 4, 2], nn.AdaptiveMaxPool2d([4, 2]).forward(images).shape);
        Assert.Equal([1, 2, 1, 2, 3], nn.AdaptiveAvgPool3d((1, 2, 3)).forward(Samples.Wave(1, 2, 4, 4, 6)).shape);
        Assert.Equal([1, 2, 1, 2, 3], nn.AdaptiveMaxPool3d([1, 2, 3]).forward(Samples.Wave(1, 2, 4, 4, 6)).shape);
    }

    [Fact]
    public void LPPool_is_the_norm_of_each_window()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([5, 13], nn.LPPool1d(2, 2).forward(Samples.Of([3, 4, 5, 12], 1, 1, 4)));
        Samples.Close([Math.Sqrt(1 + 4 + 9 + 16)], nn.LPPool2d(2, 2).forward(Samples.Of([1, 2, 3, 4], 1, 1, 2, 2)));
    }

    [Fact]
    public void Fractional_pooling_takes_maxima_of_the_input_in_the_wanted_number()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Wave(1, 1, 8, 8);
        (Tensor values, Tensor indices) = nn.FractionalMaxPool2d(2, output_size: 5).forward_with_indices(input);
        Assert.Equal([1, 1, 5, 5], values.shape);
        float[] x = Samples.Values(input);
        Assert.Equal(indices.data<long>().ToArray().Select(index => x[index]), Samples.Values(values));
        Assert.Equal([1, 1, 4, 4], nn.FractionalMaxPool2d(2, output_ratio: 0.5).forward(input).shape);
        Assert.Equal([1, 2, 2, 2, 2], nn.FractionalMaxPool3d(2, output_size: 2).forward(Samples.Wave(1, 2, 4, 4, 4)).shape);
        Assert.Throws<ArgumentException>(() => nn.FractionalMaxPool2d(2).forward(input));
    }
}
