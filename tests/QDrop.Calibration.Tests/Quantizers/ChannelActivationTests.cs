using QDrop.Calibration.Learning;
using QDrop.Calibration.Ranges;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// A quantizer with a grid for each channel is one quantizer for each channel, in both memory orders.
/// </summary>
public sealed class ChannelActivationTests
{
    private readonly GradientTape _tape = new();

    private const int Bits = 3;

    public ChannelActivationTests() => set_num_threads(1);

    public static TheoryData<string, int, bool> Orders
    {
        get
        {
            var data = new TheoryData<string, int, bool>();
            // Runs of a channel: long, of one element (also where a vector has several periods), short, and longer than
            // a chunk.
            foreach (string shape in new[] { "3,5,7,9", "2,13,6,4", "4,3,5,5", "2,8,3", "2,9,2,2", "2,3,97,101" })
            {
                data.Add(shape, 1, false);
                data.Add(shape, 1, true);
            }
            data.Add("6,11,10", 2, false);
            data.Add("40,3", 1, false);
            data.Add("5,4,6,6", 0, false);
            data.Add("5,4,6,6", 0, true);
            data.Add("5,4,6,7", 3, true);
            return data;
        }
    }

    [Theory, MemberData(nameof(Orders))]
    public void Without_learning(string shape, int axis, bool channelsLast) => Same(shape, axis, channelsLast, null, 0);

    [Theory, MemberData(nameof(Orders))]
    public void With_scales_learned(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.Lsq, 0);

    [Theory, MemberData(nameof(Orders))]
    public void With_scales_learned_and_elements_dropped(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.Lsq, 0.5);

    [Theory, MemberData(nameof(Orders))]
    public void With_offsets_learned(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.LsqPlus, 0);

    [Theory, MemberData(nameof(Orders))]
    public void With_offsets_learned_and_elements_dropped(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.LsqPlus, 0.25);

    [Theory, MemberData(nameof(Orders))]
    public void With_fixed_grids_and_elements_dropped(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.Fixed, 0.5);

    [Theory, MemberData(nameof(Orders))]
    public void With_ReLU_in_the_same_pass(string shape, int axis, bool channelsLast) =>
        Same(shape, axis, channelsLast, ActivationLearning.Lsq, 0.5, rectify: true);

    [Fact]
    public void Two_threads_give_the_same_bytes_as_one()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        // Above the size from which passes are split among threads.
        Tensor x = randn(9, 16, 181, 167), flow = randn(9, 16, 181, 167);
        (float[] Y, float[] Scales) one = Run();
        set_num_threads(2);
        (float[] Y, float[] Scales) two = Run();
        set_num_threads(1);
        Assert.Equal(one.Y, two.Y);
        Assert.Equal(one.Scales, two.Scales);

        (float[] Y, float[] Scales) Run()
        {
            using ActivationQuantizer quantizer = Quantizer(16, 1, [.. Enumerable.Range(0, 16)]);
            quantizer.Calibration.BeginLearning(0.5, new PinnedDraws(), _tape);
            Tensor input = x.clone().requires_grad_(), y = quantizer.Forward(input);
            _tape.Backward([y], [flow]);
            return (Near.Values(y.detach()), quantizer.Calibration.Learning!.ScaleGradient!);
        }
    }

    [Theory]
    [InlineData(RangeObserver.MinError, false)]
    [InlineData(RangeObserver.MinError, true)]
    [InlineData(RangeObserver.AverageMinError, false)]
    [InlineData(RangeObserver.MinMax, false)]
    [InlineData(RangeObserver.MinMax, true)]
    [InlineData(RangeObserver.AverageMinMax, false)]
    [InlineData(RangeObserver.Percentile, false)]
    [InlineData(RangeObserver.Percentile, true)]
    public void Each_channel_has_the_range_that_it_has_alone(RangeObserver observer, bool symmetric)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        var options = new RangeOptions(observer, symmetric, 97);
        Tensor[] batches = [.. Enumerable.Range(0, 2).Select(_ => randn(6, 4, 5, 5) * arange(1, 5).view(1, 4, 1, 1))];
        using var all = new ActivationQuantizer("a")
        {
            Bits = Bits,
            Calibration =
            {
                Range = options,
                PerChannel = true,
                Observing = true,
            },
            Source = new(4, 4),
        };
        foreach (Tensor batch in batches)
            all.Forward(batch);

        Assert.Equal(1, all.ChannelAxis);
        Assert.Equal([4], all.Scale!.shape);
        for (int c = 0; c < 4; c++)
        {
            using var one = new ActivationQuantizer("c")
            {
                Bits = Bits,
                Calibration = { Range = options, Observing = true },
            };
            foreach (Tensor batch in batches)
                one.Forward(batch.narrow(1, c, 1));
            Assert.Equal(one.Scale!.item<float>(), all.Scale[c].item<float>());
            Assert.Equal(one.ZeroPoint!.item<float>(), all.ZeroPoint![c].item<float>());
        }
    }

    [Fact]
    public void In_the_end_each_offset_becomes_a_whole_zero_point()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Quantizer(3, 1, [0, 1, 2]);
        float[] scales = Near.Values(quantizer.Scale!);
        quantizer.Calibration.BeginLearning(0.5, new PinnedDraws(), _tape, ActivationLearning.LsqPlus);
        using (no_grad())
            quantizer.Calibration.Learning!.Offset!.copy_(tensor([-2.4f * scales[0], 9 * scales[1], -90f]));
        quantizer.Calibration.EndLearning();
        Near.Equal([2, 0, 7], quantizer.ZeroPoint!);
        Near.Equal(scales, quantizer.Scale!, 0, 0);
    }

    [Fact]
    public void Another_number_of_channels_is_an_error_that_says_what_to_do()
    {
        using DisposeScope scope = NewDisposeScope();
        using ActivationQuantizer quantizer = Quantizer(5, 1, [0, 1, 2, 3, 4]);
        foreach (Tensor x in new[] { zeros(2, 4, 3), zeros(2, 6, 3), zeros(5L) })
        {
            QDropException error = Assert.Throws<QDropException>(() => quantizer.Forward(x));
            Assert.Equal("QDROP235", error.Code);
            Assert.Contains("5 channels", error.Message, StringComparison.Ordinal);
        }
        using var observing = new ActivationQuantizer("a")
        {
            Bits = Bits,
            Calibration =
            {
                Range = new(RangeObserver.AverageMinMax),
                PerChannel = true,
                Observing = true,
            },
            Source = new(2, 7),
        };
        observing.Forward(randn(2, 7));
        Assert.Equal("QDROP235", Assert.Throws<QDropException>(() => observing.Forward(randn(2, 8))).Code);
    }

    [Theory]
    [InlineData("8,16,5,5", 4, 16, 1)] // a 2-dimensional convolution
    [InlineData("16,5,5", 4, 16, 0)] // the same, one sample without a dimension for it
    [InlineData("8,16,5", 3, 16, 1)] // a 1-dimensional convolution
    [InlineData("8,16,5,5,5", 5, 16, 1)] // a 3-dimensional convolution
    [InlineData("8,16", 2, 16, 1)] // a linear layer
    [InlineData("8,9,16", 2, 16, 2)] // a linear layer on sequences
    [InlineData("8,9,9,16", 2, 16, 3)] // a linear layer on images with channels last
    [InlineData("8,32,5,5", 4, 16, 1)] // concatenated channels
    [InlineData("8,9,32", 2, 16, 2)] // concatenated features
    [InlineData("8,25,16", 4, 16, 2)] // patches: flattened and transposed
    [InlineData("8,5,5,16", 4, 16, 3)] // permuted
    [InlineData("8,400", 4, 16, 1)] // flattened
    [InlineData("24,9,5", 2, 16, 2)] // heads of attention beside the samples
    [InlineData("8,3,9,5", 2, 16, 3)] // heads of attention as a dimension
    [InlineData("8", 2, 16, null)] // no channels
    public void Channels_are_where_the_layer_before_puts_them(
        string shape,
        int weightDimensions,
        long channels,
        int? axis
    ) => Assert.Equal(axis, ChannelSource.AxisOf(Shape(shape), new ChannelSource(weightDimensions, channels)));

    [Theory]
    [InlineData("8,16,5,5", 1)]
    [InlineData("8,16,5", 2)]
    [InlineData("8,16", 1)]
    public void Without_a_layer_channels_are_second_in_images_and_last_in_sequences(string shape, int axis) =>
        Assert.Equal(axis, ChannelSource.AxisOf(Shape(shape), null));

    private void Same(
        string size, int axis, bool channelsLast, ActivationLearning? learning, double drop, bool rectify = false)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        long[] shape = Shape(size);
        Tensor values = randn(shape), flow = randn(shape);
        int channels = (int)shape[axis];
        var draws = new PinnedDraws();
        Tensor input = Ordered(values, channelsLast).requires_grad_(learning is not null);
        using ActivationQuantizer all = Quantizer(channels, axis, [.. Enumerable.Range(0, channels)]);
        if (learning is { } learns)
            all.Calibration.BeginLearning(drop, draws, _tape, learns);
        Tensor output = rectify ? all.ForwardRectified(input) : all.Forward(input);
        if (learning is not null)
            _tape.Backward([output], [flow]);

        // Element i in memory has the i-th draw: which that is for an element of a channel alone, a tensor that counts
        // says.
        Tensor places = Ordered(Places(shape, channelsLast), channelsLast);
        for (int c = 0; c < channels; c++)
        {
            using ActivationQuantizer one = Quantizer(1, null, [c]);
            if (learning is { } also)
                one.Calibration.BeginLearning(
                    drop, new DrawsAt(Near.Values(places.narrow(axis, c, 1).contiguous())), _tape, also);
            Tensor channel = values.narrow(axis, c, 1).contiguous().requires_grad_(learning is not null);
            Tensor expected = rectify ? one.ForwardRectified(channel) : one.Forward(channel);
            Near.Equal(Near.Values(expected.detach()), output.detach().narrow(axis, c, 1).contiguous(), 0, 0);
            if (learning is null)
                continue;
            _tape.Backward([expected], [flow.narrow(axis, c, 1).contiguous()]);
            Near.Equal(Near.Values(channel.grad!), input.grad!.narrow(axis, c, 1).contiguous(), 0, 0);
            if (learning == ActivationLearning.Fixed)
                continue;
            // Sums in another order.
            Near.Equal(
                one.Calibration.Learning!.ScaleGradient!, [all.Calibration.Learning!.ScaleGradient![c]], 1e-4, 1e-5);
            if (learning == ActivationLearning.LsqPlus)
                Near.Equal(
                    one.Calibration.Learning!.OffsetGradient!,
                    [all.Calibration.Learning!.OffsetGradient![c]],
                    1e-4,
                    1e-5);
        }
    }

    private static ActivationQuantizer Quantizer(int count, int? axis, int[] numbers)
    {
        var quantizer = new ActivationQuantizer("a");
        Assert.Equal(count, numbers.Length);
        quantizer.Restore(
            Bits,
            [.. numbers.Select(static n => 0.1f + 0.07f * n)],
            [.. numbers.Select(static n => (float)(n % 8))],
            axis);
        return quantizer;
    }

    private static long[] Shape(string text) => [.. text.Split(',').Select(long.Parse)];

    private static Tensor Ordered(Tensor x, bool channelsLast)
    {
        if (!channelsLast)
            return x.clone();
        long dimensions = x.dim();
        return dimensions == 3
            ? x.permute(0, 2, 1).contiguous().permute(0, 2, 1)
            : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    /// <summary>Each element's place in memory.</summary>
    private static Tensor Places(long[] shape, bool channelsLast)
    {
        long count = shape.Aggregate(1L, static (a, b) => a * b);
        if (!channelsLast)
            return arange(0, count, ScalarType.Float32).view(shape);
        return shape.Length == 3
            ? arange(0, count, ScalarType.Float32).view(shape[0], shape[2], shape[1]).permute(0, 2, 1)
            : arange(0, count, ScalarType.Float32).view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2);
    }
}
