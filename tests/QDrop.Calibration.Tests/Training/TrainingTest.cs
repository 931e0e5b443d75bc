using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Training;
using QDrop.Tests.Calibration;
using QDrop.Tests.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Training;

/// <summary>A small model, something that it can learn, and settings by which it does so quickly.</summary>
public abstract class TrainingTest : CalibrationTest
{
    protected TrainingTest() : base(11)
    {
        Model = new ResidualNet();
        using (no_grad())
        {
            // Factors of both signs, and none at all.
            Model.bn1.weight![0] = -0.7f;
            Model.bn1.weight![1] = 0;
            ((ResidualBlock)Model.layers[1]).bn2.weight![3] = -1.2f;
        }
        // Something that can be learned: which channel is brighter, or none.
        Tensor classes = arange(90) % 4;
        Data = new TrainingData(
            randn(90, 3, 16, 16)
                + functional
                    .one_hot(classes, 4)[TensorIndex.Colon, TensorIndex.Slice(0, 3)]
                    .to(ScalarType.Float32)
                    .view(90, 3, 1, 1),
            classes);
    }

    protected static QuantizationSettings Settings => new()
    {
        W = 4,
        A = 4,
        Method = Method.Cpq,
        Seed = 3,
        RangeSamples = 32,
        Training = new() { Epochs = 3, BatchSize = 16, LearningRate = 0.02 },
    };

    private protected ResidualNet Model { get; }

    protected TrainingData Data { get; }

    /// <summary>Runs the twin as trained so far, in evaluation mode.</summary>
    private protected static Tensor Evaluate(ModelTrainer run, IReadOnlyList<Tensor> inputs)
    {
        using IDisposable guard = no_grad();
        foreach (TrainedQuantizer quantizer in run.Quantizers)
            quantizer.Evaluating = true;
        run.Twin.Float.eval();
        ((Module)run.Twin).eval();
        return (Tensor)run.Twin.Run(ModelInputs.Bind(run.Twin, inputs))!;
    }

    protected CalibrationOutcome Train(QuantizationSettings settings, TrainingData data) =>
        ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, Model, data);
}
