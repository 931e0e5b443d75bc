using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>Activation functions to choose from.</summary>
public enum ActivationKind
{
    Relu,
    LeakyRelu,
    Silu,
}

/// <summary>
/// ResNet with activations before convolutions (He et al. 2016, Identity mappings), small, with a choice of activation
/// function.
/// </summary>
[Quantize]
public sealed partial class PreActResNet : ConvolutionalModel<PreActResNet.Block>
{
    private readonly ActivationKind activation;

    public PreActResNet(ActivationKind activation = ActivationKind.LeakyRelu)
        : base(
            nameof(PreActResNet),
            [new Block(16, 16, 1, activation), new Block(16, 32, 2, activation), new Block(32, 32, 1, activation)],
            channels: 32)
    {
        this.activation = activation;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = Features(x);
        return Classify(x);
    }

    protected override Tensor Features(Tensor x)
    {
        x = base.Features(x);
        x = norm.call(x);
        return activation switch
        {
            ActivationKind.Relu => functional.relu(x),
            ActivationKind.LeakyRelu => functional.leaky_relu(x, 0.1),
            ActivationKind.Silu => functional.silu(x),
            _ => throw new InvalidOperationException($"no activation function {activation}"),
        };
    }

    public sealed partial class Block : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d bn1, bn2;
        private readonly Conv2d conv1, conv2;
        private readonly Conv2d? shortcut;
        private readonly Module<Tensor, Tensor> act;

        public Block(int inputs, int outputs, int stride, ActivationKind activation) : base(nameof(Block))
        {
            bn1 = BatchNorm2d(inputs);
            conv1 = Conv2d(inputs, outputs, 3, stride: stride, padding: 1, bias: false);
            bn2 = BatchNorm2d(outputs);
            conv2 = Conv2d(outputs, outputs, 3, padding: 1, bias: false);
            if (stride != 1 || inputs != outputs)
                shortcut = Conv2d(inputs, outputs, 1, stride: stride, bias: false);
            act = activation switch
            {
                ActivationKind.Relu => ReLU(),
                ActivationKind.LeakyRelu => LeakyReLU(0.1),
                _ => SiLU(),
            };
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = act.call(bn1.call(x));
            Tensor residual = shortcut is { } projection ? projection.call(y) : x;
            y = conv1.call(y);
            y = conv2.call(act.call(bn2.call(y)));
            return y + residual;
        }
    }
}

/// <summary>A first convolution, blocks, and a linear classifier over the mean of the last map.</summary>
public abstract partial class ConvolutionalModel<TBlock> : Module<Tensor, Tensor> where TBlock : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv1;
    protected readonly ModuleList<TBlock> blocks;
    protected readonly BatchNorm2d norm;
    protected readonly Linear linear;

    protected ConvolutionalModel(string name, TBlock[] blocks, int channels, int classes = 10) : base(name)
    {
        conv1 = Conv2d(3, 16, 3, padding: 1, bias: false);
        this.blocks = new ModuleList<TBlock>(blocks);
        norm = BatchNorm2d(channels);
        linear = Linear(channels, classes);
    }

    protected virtual Tensor Features(Tensor x)
    {
        x = conv1.call(x);
        foreach (TBlock block in blocks)
            x = block.call(x);
        return x;
    }

    protected Tensor Classify(Tensor x) => linear.call(functional.adaptive_avg_pool2d(x, 1).flatten(1));
}
