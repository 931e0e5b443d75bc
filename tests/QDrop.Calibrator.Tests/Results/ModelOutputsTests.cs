using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Tests.Artifacts;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Results;

/// <summary>The float model's outputs, by which code is noticed that a content key does not see.</summary>
public sealed class ModelOutputsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void They_are_those_of_the_model_on_the_first_inputs()
    {
        nn.Module net = ResidualNet.Descriptor.CreateModel();
        net.eval();
        var twin = (IModelTwin)QuantizedModel.Create(ResidualNet.Descriptor, net);
        Tensor inputs = rand(6, 3, 8, 8);
        var outputs = ModelOutputs.Of(twin, [inputs]);

        Tensor expected = ((nn.Module<Tensor, Tensor>)net).call(inputs[TensorIndex.Slice(0, 4)]);
        float[][] values = [.. expected.unbind().Select(static t => t.flatten().data<float>().ToArray())];
        Assert.True(outputs.DifferenceFrom(new ModelOutputs(values)) < 1e-5);
        Assert.True(double.IsPositiveInfinity(outputs.DifferenceFrom(new ModelOutputs(values[..3]))));

        outputs.Write(_folder["outputs"]);
        Assert.Equal(0, ModelOutputs.Read(_folder["outputs"]).DifferenceFrom(outputs));
    }

    [Theory]
    [InlineData(new float[] { -1, 0, 3 }, new float[] { -1, 0.003f, 3 }, true)]
    [InlineData(new float[] { -1, 0, 3 }, new float[] { -1, 0.005f, 3 }, false)]
    [InlineData(new float[] { 1000, 1000.1f }, new float[] { 1000, 1000.2f }, false)]
    [InlineData(new float[] { 2 }, new float[] { 2.001f }, true)]
    [InlineData(new float[] { 0, 0 }, new float[] { 0, 1e-6f }, false)]
    [InlineData(new float[] { float.NaN, 1 }, new float[] { float.NaN, 1 }, true)]
    [InlineData(new float[] { float.NaN, 1 }, new float[] { 0, 1 }, false)]
    [InlineData(new float[] { float.PositiveInfinity, 1 }, new float[] { float.NegativeInfinity, 1 }, false)]
    [InlineData(new float[] { }, new float[] { }, true)]
    [InlineData(new float[] { 1, 2 }, new float[] { 1, 2, 3 }, false)]
    public void They_fit_where_the_difference_is_a_thousandth_of_their_extent(
        float[] outputs, float[] others, bool fits) =>
        Assert.Equal(fits, new ModelOutputs([[1, 2], outputs]).Fit(new ModelOutputs([[1, 2], others])));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    public void A_file_that_was_cut_is_none(int length)
    {
        new ModelOutputs([[1, 2]]).Write(_folder["outputs"]);
        byte[] whole = File.ReadAllBytes(_folder["outputs"]);
        File.WriteAllBytes(_folder["outputs"], whole[..length]);
        Assert.Throws<InvalidDataException>(() => ModelOutputs.Read(_folder["outputs"]));
    }
}
