using QDrop.Calibration;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Training;

/// <summary>What a model is trained on, and with which loss: what cannot be used is refused, with advice.</summary>
public sealed class TrainingDataTests : TrainingTest
{
    [Theory]
    [InlineData("null", "gave null")]
    [InlineData("fewer", "Expected Float32 of")]
    [InlineData("type", "gave Float64")]
    [InlineData("throws", "threw InvalidOperationException: no")]
    public void An_augmentation_that_gives_no_batch_is_named(string what, string says)
    {
        TrainingData data = Data with
        {
            Augment = (x, _) => what switch
            {
                "null" => null!,
                "fewer" => x[..1],
                "type" => x.to(ScalarType.Float64),
                _ => throw new InvalidOperationException("no"),
            },
        };
        QDropException error = Assert.Throws<QDropException>(() => Train(Settings, data));
        Assert.Equal("QDROP276", error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("each")]
    [InlineData("detached")]
    public void A_loss_that_is_none_is_named(string what)
    {
        TrainingData data = Data with
        {
            Loss = (outputs, targets) =>
                what == "each"
                    ? functional.cross_entropy(outputs[0], targets, reduction: Reduction.None)
                    : functional.cross_entropy(outputs[0], targets).detach(),
        };
        QDropException error = Assert.Throws<QDropException>(() => Train(Settings, data));
        Assert.Equal("QDROP276", error.Code);
        Assert.StartsWith("Loss of the training data gave Float32 [", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_of_ones_own_takes_any_targets()
    {
        var data = new TrainingData(Data.Inputs, randn(90, 10))
        {
            Loss = static (outputs, targets) => functional.mse_loss(outputs[0], targets),
        };
        CalibrationOutcome outcome = Train(Settings, data);
        Assert.All(outcome.Training!.Epochs, static e => Assert.Null(e.Accuracy));
        Assert.True(outcome.Training.Epochs[^1].Loss < outcome.Training.Epochs[0].Loss);
    }

    [Theory]
    [InlineData("none", "QDROP271", "without targets")]
    [InlineData("fewer", "QDROP272", "for 90 inputs")]
    [InlineData("fractions", "QDROP272", "Float32")]
    [InlineData("negative", "QDROP272", "from -1")]
    [InlineData("many", "QDROP272", "has 10 classes")]
    [InlineData("positions", "QDROP272", "a class for each position")]
    public void Targets_that_cannot_be_used_are_refused_with_advice(string what, string code, string says)
    {
        Tensor targets = Data.Targets.clone();
        targets[5] = what switch { "negative" => -1, "many" => 10, _ => targets[5] };
        Tensor? given = what switch
        {
            "none" => null,
            "fewer" => targets[..89],
            "fractions" => targets.to(ScalarType.Float32),
            "positions" => targets.view(90, 1),
            _ => targets,
        };
        QDropException error = Assert.Throws<QDropException>(() =>
            Train(Settings, new TrainingData(Data.Inputs, given!)));
        Assert.Equal(code, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_training_and_leaves_theModel_as_it_was()
    {
        string before = WeightFile.Hash(Model);
        QDropException error = Assert.Throws<QDropException>(() =>
            Train(Settings, Data with { Augment = static (x, _) => x * double.NaN }));
        Assert.Equal("QDROP274", error.Code);
        Assert.Contains("step 1 of 6 of epoch 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, WeightFile.Hash(Model));
    }

    [Theory]
    [InlineData(Method.Cpq)]
    [InlineData(Method.Lsq)]
    public void Calibration_without_labels_says_what_training_needs(Method method)
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                ResidualNet.Descriptor.Settings with
                {
                    Method = method,
                },
                Model,
                Data.Inputs[0]));
        Assert.Equal("QDROP271", error.Code);
    }
}
