using System.Text.Json;
using QDrop.Quantizers;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>Weight quantizers with a grid that is known.</summary>
public sealed class WeightQuantizerTests
{
    public static IEnumerable<object[]> Cases => GoldenVectors.Cases("adaround");

    [Theory, MemberData(nameof(Cases))]
    public void Nearest_rounding_is_that_of_the_published_implementation(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("adaround", index);
        using var quantizer = new WeightQuantizer("w", golden.Tensor("weight"), 0)
        {
            Bits = golden.Whole("bit"),
            Enabled = true,
        };
        quantizer.SetGrid(golden.Floats("scale"), golden.Floats("zero_point"));
        Near.Equal(golden.Floats("nearest"), quantizer.Value());
    }

    [Fact]
    public void The_weight_is_a_copy()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([2L, 2L]);
        using var quantizer = new WeightQuantizer("w", weight, 0);
        weight.zero_();
        Near.Equal([1, 1, 1, 1], quantizer.Weight, 0, 0);
    }
}
