using CsCheck;
using QDrop.Calibration;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Where the channels of activations are found, also where sizes coincide.</summary>
public sealed class ChannelTraceTests() : CalibrationTest(seed: 21)
{
    private const int Cases = 300;

    /// <summary>Samples, channels, height and width alike, and heads and their features.</summary>
    private const int Size = 4;

    [Fact]
    public void A_gate_has_the_channels_of_what_it_gates()
    {
        using var model = new AxisNet(16, static (y, s) => y.relu() * s.sigmoid().view(-1, 16, 1, 1));
        CalibrationOutcome outcome = ModelQuantizer.Quantize(
            AxisNet.Descriptor, AxisNet.Descriptor.Settings, model, randn(32, 3, 16, 16));
        Assert.Equal(
            [("conv.output", 1), ("join.output", 1)],
            outcome.State.Activations.Select(static a => (a.Name, a.Channels!.Axis)));
    }

    [Fact]
    public void Heads_of_attention_have_their_features()
    {
        Equal(3, static (y, _) => Mixed(y));
        Equal(3, static (y, _) => Mixed(y).transpose(1, 2));
        Equal(2, static (y, _) => Mixed(y).transpose(1, 2).flatten(2));
        Equal(2, static (y, _) => Mixed(y).permute(0, 1, 3, 2));

        static Tensor Mixed(Tensor y)
        {
            // [N, E, H, W] to heads [N, h, H·W, E / h].
            Tensor heads = y.flatten(2).transpose(1, 2).unflatten(2, Size, -1).transpose(1, 2);
            // A twin has a quantizer behind the softmax, and traces from there.
            return heads.matmul(heads.transpose(2, 3)).softmax(-1).detach().matmul(heads);
        }
    }

    [Fact]
    public void A_concatenation_has_the_channels_of_all()
    {
        Equal(1, static (y, s) => cat([y.relu(), y.tanh()], 1));
        Equal(3, static (y, s) => cat([y, s.view(-1, Size * Size, 1, 1).expand_as(y)], 1).permute(0, 2, 3, 1));
    }

    [Fact]
    public void What_mixes_all_channels_has_none()
    {
        Equal(null, static (y, _) => y.mean([1L], keepdim: true));
        Equal(null, static (y, _) => y.softmax(1).sum(1));
    }

    [Fact]
    public void A_norm_over_channels_keeps_them()
    {
        Equal(3, static (y, _) => nn.functional.layer_norm(y.permute(0, 2, 3, 1), [Size * Size]));
        Equal(1, static (y, _) => nn.functional.instance_norm(y));
    }

    [Fact]
    public void Channels_are_followed_through_random_functions()
    {
        var places = new HashSet<int>();
        foreach ((int i, ChannelProgram program) in
            RandomCases.Of(ChannelProgram.Programs(Size), Cases, seed: 21).Index())
        {
            int? found = Trace(Size, program.Run);
            Assert.True(found == program.Axis, $"case {i}: {program}, expected {program.Axis}, found {found}");
            places.Add(program.Axis);
        }
        Assert.True(places.Count > 3);
    }

    private static void Equal(int? axis, Func<Tensor, Tensor, Tensor> function) =>
        Assert.Equal(axis, Trace(Size * Size, function));

    private static int? Trace(long channels, Func<Tensor, Tensor, Tensor> function)
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = new AxisNet(channels, function);
        using var prepared = new PreparedModel(AxisNet.Descriptor, model);
        QuantizationContext context = prepared.Twin.Context;
        var runner = new TwinRunner("net", prepared.Twin);
        var trace = new ChannelTrace(context);
        trace.Run(
            () => runner.Run(new Bundle([randn(Size, 3, Size, Size)])),
            // The functions are for batches of this size.
            static () => { });
        Assert.Equal(new TracedChannels(1), context.Activations.Single(static a => a.Name == "conv.output").Traced);
        return context.Activations.Single(static a => a.Name == "join.output").Traced!.Value.Axis;
    }
}
