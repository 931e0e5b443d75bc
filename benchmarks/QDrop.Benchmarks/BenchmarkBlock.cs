using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.CompilerServices;
using QDrop.Quantizers;
using static TorchSharp.torch;

namespace QDrop.Benchmarks;

/// <summary>Input of a residual block.</summary>
/// <param name="Name">Which blocks of ResNet-20 have it.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Side">Height and width.</param>
internal sealed record BlockShape(string Name, int Channels, int Side)
{
    /// <summary>The blocks of ResNet-20 for CIFAR-10 that keep their shape.</summary>
    public static IReadOnlyList<BlockShape> ResNet20 { get; } =
    [new("layer1", 16, 32), new("layer2", 32, 16), new("layer3", 64, 8)];
}

/// <summary>A residual block: convolution, ReLU, convolution, addition, ReLU; random weights.</summary>
internal sealed class BenchmarkBlock : IReconstructable, IDisposable
{
    private readonly Tensor[] _biases;

    public BenchmarkBlock(BlockShape shape, int weightBits, int activationBits)
    {
        Name = shape.Name;
        double deviation = Math.Sqrt(2.0 / (shape.Channels * 9));
        Weights = [.. Enumerable.Range(1, 2).Select(i =>
        {
            using Tensor weight = randn([shape.Channels, shape.Channels, 3L, 3L]) * deviation;
            var quantizer = new WeightQuantizer($"conv{i}", weight, 0) { Bits = weightBits, Enabled = true };
            quantizer.Calibration.SearchRange();
            return quantizer;
        })];
        _biases = [zeros([shape.Channels]), zeros([shape.Channels])];
        Activations = [.. Enumerable.Range(1, 2).Select(i =>
        {
            var quantizer = new ActivationQuantizer($"act{i}");
            quantizer.Restore(activationBits, 0.15f, 0);
            return quantizer;
        })];
    }

    public string Name { get; }

    public IReadOnlyList<WeightQuantizer> Weights { get; }

    public IReadOnlyList<ActivationQuantizer> Activations { get; }

    public Tensor Forward(Tensor x)
    {
        Tensor y = Activations[0]
            .Forward(nn.functional.conv2d(x, Weights[0].Value(), _biases[0], padding: [1, 1]).relu());
        y = nn.functional.conv2d(y, Weights[1].Value(), _biases[1], padding: [1, 1]);
        return Activations[1].Forward((y + x).relu());
    }

    Bundle IReconstructable.Forward(Bundle inputs) => new([Forward(inputs.Single)]);

    public void Enable(bool enabled)
    {
        foreach (WeightQuantizer weight in Weights)
            weight.Enabled = enabled;
        foreach (ActivationQuantizer activation in Activations)
            activation.Enabled = enabled;
    }

    public void Dispose()
    {
        foreach (WeightQuantizer weight in Weights)
            weight.Dispose();
        foreach (ActivationQuantizer activation in Activations)
            activation.Dispose();
        foreach (Tensor bias in _biases)
            bias.Dispose();
    }
}
