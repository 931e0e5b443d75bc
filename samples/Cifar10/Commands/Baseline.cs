using Cifar10.Data;
using QDrop.Calibration;
using QDrop.Artifacts;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Reports;
using QDrop.Calibration.Weights;
using QDrop.Safetensors;

namespace Cifar10.Commands;

/// <summary>A float model and its accuracy on test images, beside which quantized ones are measured.</summary>
internal sealed class Baseline
{
    private readonly string _weights;
    private readonly CifarImages _test;

    /// <param name="weights">File of float weights.</param>
    /// <param name="test">The test images.</param>
    public Baseline(string weights, CifarImages test)
    {
        (_weights, _test) = (weights, test);
        using var model = Model();
        Top1 = Evaluation.Run(model, test).Top1;
    }

    /// <summary>Accuracy of the float model, in per cent.</summary>
    public double Top1 { get; }

    /// <summary>A new float model.</summary>
    public ResNet20 Model()
    {
        var model = new ResNet20();
        WeightFile.LoadInto(model, _weights);
        return model;
    }

    /// <summary>Accuracy of a quantized model in per cent, as a program has it: read back from its artifact.</summary>
    /// <param name="state">The quantized model.</param>
    /// <param name="also">What else is done with the artifact, which is deleted afterwards.</param>
    public double Top1Of(QuantizedModelState state, Action<string>? also = null)
    {
        var artifact = Path.Combine(Path.GetTempPath(), $"qdrop-{Guid.NewGuid():n}.safetensors");
        try
        {
            Artifact.Write(artifact, state);
            also?.Invoke(artifact);
            using var quantized = ResNet20.LoadQuantized(artifact);
            return Evaluation.Run(quantized, _test).Top1;
        }
        finally
        {
            File.Delete(artifact);
        }
    }
}
