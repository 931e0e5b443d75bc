using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Promise 1: with all quantizers off, the twin computes what the model computes.</summary>
[Collection("torch")]
public sealed class EquivalenceTests
{
    /// <summary>Relative to the largest value; folding a batch norm rounds differently.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Relative to the largest value. libtorch computes scaled dot product attention block by block, without ever
    /// having the weights that the twin quantizes between the two products, and so sums in another order: the outputs
    /// differ by 1.2e-7 here.
    /// </summary>
    private const double AttentionTolerance = 1e-6;

    [Theory]
    [InlineData("ResNet20", "Models.ResNet20", new long[] { 2, 3, 32, 32 })]
    [InlineData("Vgg", "Models.Vgg", new long[] { 2, 3, 32, 32 })]
    [InlineData("VggList", "Models.VggList", new long[] { 2, 3, 16, 16 })]
    [InlineData("BottleneckResNet", "Models.BottleneckResNet", new long[] { 2, 3, 12, 12 })]
    public void A_twin_with_folded_batch_norms_computes_nearly_what_its_model_computes(
        string model, string type, long[] shape)
    {
        (float[] expected, float[] found) = Twins.Run(GeneratorRun.OfModel(model), type, shape);
        Assert.Equal(expected.Length, found.Length);
        double scale = expected.Max(Math.Abs);
        Assert.True(scale > 1e-3, "the model computes nothing that could differ");
        Assert.True(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() <= Tolerance * scale);
    }

    [Fact]
    public void A_twin_without_batch_norms_computes_exactly_what_its_model_computes()
    {
        (float[] expected, float[] found) = Twins.Run(GeneratorRun.OfModel("LeNet"), "Zoo+LeNet", 2, 1, 28, 28);
        Assert.Equal(expected, found);
    }

    public static TheoryData<string> Models => [.. Forwards.Models.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_twin_with_several_inputs_or_outputs_computes_exactly_what_its_model_computes(string name)
    {
        var run = GeneratorRun.Of(Forwards.ModelSource(name));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, ["Models.Net"], Forwards.Models[name].Shapes).Single();
        Assert.Equal(expected, found);
    }

    public static TheoryData<string> Classes => [.. ClassForms.All.Keys];

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_class_written_in_another_way_has_a_twin_that_computes_the_same(string name)
    {
        (string type, string[] files) = ClassForms.All[name];
        var run = GeneratorRun.Of(GeneratorRun.Compile(files.Select((source, i) => ($"File{i}.cs", source))));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, type.Replace("@", ""), 2, 4, 8, 8);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("transposes as properties and in place")]
    [InlineData("constants that forward makes of numbers")]
    public void A_forward_that_works_in_place_is_reconstructed(string name)
    {
        IReadOnlyList<UnitReport> units = Twins.Reconstruct(
            GeneratorRun.Of(Forwards.Source(name)), "Models.Net", 20, 8, 4, 8, 8);
        Assert.NotEmpty(units);
        Assert.All(units, static u => Assert.InRange(u.ErrorAfter, 0, u.ErrorBefore));
    }

    public static TheoryData<string> Cases => [.. Forwards.Cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rewritten_forward_computes_what_the_user_wrote(string name)
    {
        var run = GeneratorRun.Of(Forwards.Source(name));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 2, 4, 8, 8);
        if (Forwards.Cases[name].Body.Contains("scaled_dot_product_attention", StringComparison.Ordinal))
        {
            float apart = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(apart / expected.Max(Math.Abs), 0, AttentionTolerance);
        }
        else
            Assert.Equal(expected, found);
    }
}
