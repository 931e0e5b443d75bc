using Cifar10;
using Cifar10.Data;
using QDrop.Calibration;

namespace Experiments;

/// <summary>A float model and its accuracy on test images, with which quantized models are compared.</summary>
internal sealed class Baseline
{
    private readonly string _weights;
    private readonly CifarImages _test;

    /// <param name="weights">File of float weights.</param>
    /// <param name="test">The test images.</param>
    public Baseline(string weights, CifarImages test)
    {
        (_weights, _test) = (weights, test);
        using ResNet20 model = Model();
        Top1 = Evaluation.Run(model, test).Top1;
    }

    /// <summary>Accuracy of the float model, in percent.</summary>
    public double Top1 { get; }

    /// <summary>Makes a float model.</summary>
    public ResNet20 Model()
    {
        var model = new ResNet20();
        WeightFile.LoadInto(model, _weights);
        return model;
    }

    /// <summary>Gets the accuracy of a quantized model, in percent, after a round trip through its artifact.</summary>
    /// <param name="outcome">The quantized model.</param>
    /// <param name="report">File for the page of the report; <see langword="null"/> for none.</param>
    public double Top1Of(CalibrationOutcome outcome, string? report = null)
    {
        string artifact = Path.Combine(Path.GetTempPath(), $"qdrop-{Guid.NewGuid():n}.safetensors");
        try
        {
            outcome.Save(artifact);
            if (report is not null)
                outcome.SaveReport(report, artifact);
            using ResNet20.Quantized quantized = ResNet20.LoadQuantized(artifact);
            return Evaluation.Run(quantized, _test).Top1;
        }
        finally
        {
            File.Delete(artifact);
        }
    }
}
