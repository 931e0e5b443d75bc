using QDrop.Calibration.Learning;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// Exponents of activations with a grid for each channel are those of one quantizer for each channel, in both memory
/// orders.
/// </summary>
public sealed class ChannelExponentTests
{
    private readonly GradientTape _tape = new();

    private const int Channels = 5;

    public ChannelExponentTests()
    {
        set_num_threads(1);
        manual_seed(6);
    }

    [Theory]
    [InlineData(0.0, false, false)]
    [InlineData(0.0, true, false)]
    [InlineData(0.5, false, false)]
    [InlineData(0.5, true, false)]
    [InlineData(0.5, false, true)]
    [InlineData(0.5, true, true)]
    public void Each_channel_has_the_gradient_that_it_has_alone(double drop, bool channelsLast, bool rectify)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = [3, Channels, 7, 9];
        // Steps and zero points differ from channel to channel; some values lie beyond what was searched.
        Tensor spread = pow(3, arange(0, Channels, ScalarType.Float32)).view(1, Channels, 1, 1);
        Tensor searched = (randn(shape) + linspace(-1, 1, Channels).view(1, Channels, 1, 1)) * spread,
            values = randn(shape) * spread * 2,
            flow = randn(shape);
        Tensor input = (channelsLast ? values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : values.clone()
        ).requires_grad_();
        using ActivationQuantizer all = Learning(searched, perChannel: true, drop, new PinnedDraws());
        Assert.Equal(1, all.ChannelAxis);
        Assert.True(Near.Values(all.Scale!).Distinct().Count() > 2);
        Assert.True(Near.Values(all.ZeroPoint!).Distinct().Count() > 2);

        Tensor output = rectify ? all.ForwardRectified(input) : all.Forward(input);
        _tape.Backward([output], [flow]);

        // Element i in memory has the i-th draw.
        Tensor counted = arange(0, values.numel(), ScalarType.Float32);
        Tensor places = channelsLast ? counted.view(3, 7, 9, Channels).permute(0, 3, 1, 2) : counted.view(shape);
        for (int c = 0; c < Channels; c++)
        {
            using ActivationQuantizer one = Learning(
                Channel(searched, c), perChannel: false, drop, new DrawsAt(Near.Values(Channel(places, c))));
            Assert.Equal(
                ((LearnedPower)one.Calibration.Learning!).Exponents[0],
                ((LearnedPower)all.Calibration.Learning!).Exponents[c]);
            Tensor channel = Channel(values, c).requires_grad_();
            Tensor expected = rectify ? one.ForwardRectified(channel) : one.Forward(channel);
            _tape.Backward([expected], [Channel(flow, c)]);
            Near.Equal(Near.Values(expected), Channel(output.detach(), c), 0, 0);
            Near.Equal(Near.Values(channel.grad!), Channel(input.grad!, c), 0, 0);
            float found = all.Calibration.Learning!.ScaleGradient![c];
            Assert.NotEqual(0, found);
            // Sums in another order.
            Near.Equal(one.Calibration.Learning!.ScaleGradient!, [found], 1e-4, 1e-5 * Math.Pow(3, c));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_channel_keeps_the_exponent_and_the_zero_point_that_it_was_taken_to(bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = [4, Channels, 6, 6];
        Tensor searched = randn(shape) * (arange(0, Channels, ScalarType.Float32) + 1).view(1, Channels, 1, 1) + 0.3;
        using ActivationQuantizer all = Learning(searched, perChannel: true, 0, new PinnedDraws());
        ActivationQuantizer[] ones =
        [
            .. Enumerable
                .Range(0, Channels)
                .Select(c => Learning(Channel(searched, c), perChannel: false, 0, new PinnedDraws())),
        ];
        int[] moved = [.. ((LearnedPower)all.Calibration.Learning!).Exponents.Select((k, c) => k + (c % 3) - 1)];
        ((LearnedPower)all.Calibration.Learning!).Exponents = moved;
        all.Calibration.EndLearning();
        Tensor x = randn(shape) * 4, input = channelsLast ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x;
        Tensor output = all.Forward(input);
        for (int c = 0; c < Channels; c++)
        {
            using ActivationQuantizer one = ones[c];
            ((LearnedPower)one.Calibration.Learning!).Exponents = [moved[c]];
            one.Calibration.EndLearning();
            Assert.Equal(
                (one.Scale!.item<float>(), one.ZeroPoint!.item<float>()),
                (Near.Values(all.Scale!)[c], Near.Values(all.ZeroPoint!)[c]));
            Near.Equal(Near.Values(one.Forward(Channel(x, c))), Channel(output, c), 0, 0);
        }
    }

    private static Tensor Channel(Tensor x, int c) => x.narrow(1, c, 1).contiguous().clone();

    /// <summary>A quantizer whose exponents are being learned, its range searched.</summary>
    private ActivationQuantizer Learning(Tensor searched, bool perChannel, double drop, DrawSource draws)
    {
        var quantizer = new ActivationQuantizer("a")
        {
            Bits = 3,
            Calibration =
            {
                Range = new(Scale: Scale.PowerOfTwo),
                PerChannel = perChannel,
                Observing = true,
            },
            Source = new(4, Channels),
        };
        quantizer.Forward(searched);
        quantizer.Calibration.Observing = false;
        quantizer.Enabled = true;
        quantizer.Calibration.BeginLearning(drop, draws, _tape);
        ((LearnedPower)quantizer.Calibration.Learning!).BeginExponents();
        return quantizer;
    }
}
