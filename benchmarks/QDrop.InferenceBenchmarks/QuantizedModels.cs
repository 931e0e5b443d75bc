using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.InferenceBenchmarks.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.InferenceBenchmarks;

/// <summary>Makes the models that are timed: random weights, rounded to nearest.</summary>
internal static class QuantizedModels
{
    private const int Samples = 8;

    /// <summary>A model of the benchmark.</summary>
    /// <param name="Name">Its name with the bits of weights and activations.</param>
    /// <param name="WeightBits">Bits of a weight.</param>
    /// <param name="ActivationBits">Bits of a code.</param>
    public sealed record Entry(string Name, int WeightBits, int ActivationBits);

    /// <summary>Writes a model's artifact, if it is not there.</summary>
    /// <param name="folder">Where artifacts are.</param>
    /// <param name="model">Its class: <c>ResNet20</c>, <c>ResNet18</c> or <c>Bert</c>.</param>
    /// <param name="weightBits">Bits of a weight.</param>
    /// <param name="activationBits">Bits of a code.</param>
    /// <returns>Path of the artifact.</returns>
    public static string Make(string folder, string model, int weightBits, int activationBits)
    {
        string path = Path.Combine(folder, $"{model}-W{weightBits}A{activationBits}.qdrop.safetensors");
        if (File.Exists(path))
            return path;
        Directory.CreateDirectory(folder);
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        (QuantizedModelDescriptor descriptor, Tensor[] inputs) = model switch
        {
            nameof(ResNet20) => (ResNet20.Quantized.Descriptor, new[] { randn(Samples, 3, 32, 32) }),
            nameof(ResNet18) => (ResNet18.Quantized.Descriptor, new[] { randn(Samples, 3, 224, 224) }),
            _ => (
                Bert.Quantized.Descriptor,
                new[]
                {
                    randint(0, Bert.Words, [Samples, Bert.Length], ScalarType.Int64),
                    ones([Samples, Bert.Length], ScalarType.Int64),
                }),
        };
        nn.Module module = descriptor.CreateModel();
        module.eval();
        QuantizedModelState state = ModelQuantizer.Quantize(
            descriptor,
            descriptor.Settings with
            {
                W = weightBits,
                A = activationBits,
                Method = Method.Nearest,
                Samples = Samples,
                RangeSamples = Samples,
            },
            module,
            inputs).State;
        if (state.Program is not { Graph: not null })
            throw new InvalidOperationException($"{model} is no program: {state.Program?.WhyNot}.");
        Artifact.Write(path, state);
        return path;
    }
}
