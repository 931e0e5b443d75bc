using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Audio;

/// <summary>
/// A temporal convolutional network (Bai et al. 2018): causal convolutions whose padding is cut off behind them, with
/// growing dilation. Series <c>[N, 4, 32]</c> to logits <c>[N, 5]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class TemporalConvNet : Module<Tensor, Tensor>
{
    private readonly Sequential network;
    private readonly Linear linear;

    public TemporalConvNet(int inputs = 4, int classes = 5) : base(nameof(TemporalConvNet))
    {
        int[] channels = [16, 16, 24];
        var blocks = new List<Module<Tensor, Tensor>>();
        for (int i = 0; i < channels.Length; i++)
            blocks.Add(new TemporalBlock(i == 0 ? inputs : channels[i - 1], channels[i], kernel: 3, dilation: 1 << i));
        network = Sequential(blocks);
        linear = Linear(channels[^1], classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => linear.call(network.call(x)[.., .., -1]);
}

/// <summary>Cuts off what a causal convolution must not see.</summary>
internal sealed partial class Chomp1d : Module<Tensor, Tensor>
{
    private readonly int chomp_size;

    public Chomp1d(int chompSize) : base(nameof(Chomp1d)) => chomp_size = chompSize;

    public override Tensor forward(Tensor x) => x[.., .., ..^chomp_size].contiguous();
}

/// <summary>Two causal convolutions and what goes around them.</summary>
internal sealed partial class TemporalBlock : Module<Tensor, Tensor>
{
    private readonly Sequential net;
    private readonly Conv1d? downsample;
    private readonly ReLU relu;

    public TemporalBlock(int inputs, int outputs, int kernel, int dilation) : base(nameof(TemporalBlock))
    {
        int padding = (kernel - 1) * dilation;
        net = Sequential(
            Conv1d(inputs, outputs, kernel, padding: padding, dilation: dilation),
            new Chomp1d(padding),
            ReLU(),
            Dropout(0.2),
            Conv1d(outputs, outputs, kernel, padding: padding, dilation: dilation),
            new Chomp1d(padding),
            ReLU(),
            Dropout(0.2));
        downsample = inputs != outputs ? Conv1d(inputs, outputs, 1) : null;
        relu = ReLU();
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Tensor y = net.call(x);
        Tensor res = downsample is null ? x : downsample.call(x);
        return relu.call(y + res);
    }
}

/// <summary>
/// WaveNet (van den Oord et al. 2016), small: gated, dilated convolutions whose skip connections are added up. Waves
/// <c>[N, 1, 256]</c> to logits <c>[N, 16, 256]</c>.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class WaveNet : Module<Tensor, Tensor>
{
    private readonly Conv1d start, end1, end2;
    private readonly ModuleList<WaveBlock> blocks;

    public WaveNet(int channels = 16, int levels = 16) : base(nameof(WaveNet))
    {
        start = Conv1d(1, channels, 1);
        blocks = new ModuleList<WaveBlock>(
            [.. Enumerable.Range(0, 5).Select(i => new WaveBlock(channels, dilation: 1 << i))]);
        end1 = Conv1d(channels, channels, 1);
        end2 = Conv1d(channels, levels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = start.call(x);
        Tensor? skips = null;
        foreach (WaveBlock block in blocks)
        {
            (x, Tensor skip) = block.call(x);
            skips = skips is null ? skip : skips + skip;
        }
        return end2.call(functional.relu(end1.call(functional.relu(skips!))));
    }
}

/// <summary>A gated convolution: what goes on, and what is skipped to the end.</summary>
internal sealed partial class WaveBlock : Module<Tensor, (Tensor Residual, Tensor Skip)>
{
    private readonly int padding;
    private readonly Conv1d filter, gate, residual, skip;

    public WaveBlock(int channels, int dilation) : base(nameof(WaveBlock))
    {
        padding = dilation;
        filter = Conv1d(channels, channels, 2, dilation: dilation);
        gate = Conv1d(channels, channels, 2, dilation: dilation);
        residual = Conv1d(channels, channels, 1);
        skip = Conv1d(channels, channels, 1);
        RegisterComponents();
    }

    public override (Tensor Residual, Tensor Skip) forward(Tensor x)
    {
        Tensor padded = functional.pad(x, [padding, 0]);
        Tensor z = tanh(filter.call(padded)) * sigmoid(gate.call(padded));
        return (residual.call(z) + x, skip.call(z));
    }
}
