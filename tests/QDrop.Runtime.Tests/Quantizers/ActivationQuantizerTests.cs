using System.Text.Json;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Activation quantizers with a grid that is known.</summary>
public sealed class ActivationQuantizerTests
{
    [Fact]
    public void Without_learning_every_element_is_quantized_and_nothing_is_recorded()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("lsq", 2);
        using var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(golden.Whole("bit"), golden.Floats("scale")[0], golden.Floats("zero_point")[0]);
        Tensor y = quantizer.Forward(golden.Tensor("input"));
        Near.Equal(golden.Floats("output"), y);
        Assert.False(y.requires_grad);
    }

    [Fact]
    public void A_value_that_is_not_a_number_stays_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(4, 0.1f, 3);
        float[] values = Enumerable.Repeat(0.5f, 19).ToArray();
        values[3] = values[18] = float.NaN;
        float[] y = Near.Values(quantizer.Forward(tensor(values)));
        Assert.True(float.IsNaN(y[3]) && float.IsNaN(y[18]));
        Assert.Equal(2, y.Count(float.IsNaN));
    }

    [Fact]
    public void Views_with_gaps_are_quantized_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using var quantizer = new ActivationQuantizer("a");
        quantizer.Restore(4, 0.1f, 3);
        Tensor x = (arange(0, 64, ScalarType.Float32) * 0.01).view(8, 8)[TensorIndex.Colon, TensorIndex.Slice(1, 4)];
        float[] expected = Near.Values(quantizer.Forward(x.contiguous()));
        Near.Equal(expected, quantizer.Forward(x), 0, 0);
    }

    [Fact]
    public void Without_a_range_it_says_so()
    {
        using var quantizer = new ActivationQuantizer("layer1.0.conv1") { Enabled = true };
        using Tensor x = zeros([4L]);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => quantizer.Forward(x));
        Assert.Contains("layer1.0.conv1", error.Message, StringComparison.Ordinal);
    }
}
