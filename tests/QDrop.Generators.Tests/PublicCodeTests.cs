using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Small models in the style of public code: what has a twin, and what is refused and why.</summary>
[Collection("torch")]
public sealed partial class PublicCodeTests
{
    /// <summary>Models that have a twin, with the shape of an input.</summary>
    public static TheoryData<string, long[]> WithTwin => new()
    {
        { "UsingFold", [2, 3, 8, 8] },
        { "NoUsingFold", [2, 3, 8, 8] },
        { "ShapeFold", [2, 3, 8, 8] },
        { "UsingOnly", [2, 8] },
        { "UsingNot", [2, 8] },
        { "SilentWeight", [2, 8] },
        { "LoudWeight", [2, 8] },
        { "MatmulPlain", [2, 8] },
        { "MatmulT", [2, 8] },
        { "HandMlp", [2, 8] },
        { "HandConv", [2, 3, 8, 8] },
        { "HandEinsum", [2, 8] },
        { "HandLeft", [2, 8, 3] },
        { "HandAdd", [2, 8] },
        { "ToDevice", [2, 8] },
        { "ToDeviceX", [2, 8] },
        { "FirstParam", [2, 8] },
        { "UsesDropPath", [2, 8] },
        { "TrainingGuard", [2, 8] },
        { "Roll", [2, 3, 8, 8] },
        { "SinCos", [8] },
        { "VarOp", [2, 8] },
        { "GridSample", [1, 3, 8, 8] },
        { "RelBias", [8, 8] },
        { "Two", [2, 8] },
        { "CallsTwo", [2, 8] },
        { "AddInPlaceOwn", [2, 8] },
        { "IntWrapper", [2, 8] },
        { "MaskAssign", [2, 8] },
        { "SliceAssign", [2, 8] },
        { "ElementAssign", [2, 8] },
        { "LinqModules", [2, 3, 8, 8] },
        { "LinqHeads", [2, 8] },
        { "PatternHead", [2, 8] },
        { "PatternElement", [2, 8] },
        { "PatternTwo", [2, 8] },
        { "UsesDict", [2, 8] },
        { "UsesRecord", [2, 8] },
        { "UsesPair", [2, 8] },
        { "UsesOwnPart", [2, 8] },
        { "IntArg", [2, 8] },
        { "DictOut", [2, 8] },
        { "PairPart", [2, 8] },
        { "ListHelper", [2, 8] },
        { "IndexHelper", [2, 8] },
        { "DeepHelper", [2, 8] },
        { "NestedHelper", [2, 8] },
        { "LocalLambdas", [2, 8] },
        { "LambdaInLinq", [2, 8] },
        { "MadeInForward", [2, 3, 8, 8] },
        { "OwnInterface", [2, 8] },
        { "OwnInterfaces", [2, 8] },
        { "CallsOfInterfaces", [2, 8] },
        { "PatternsAndFunctions", [2, 8] },
        { "ChangingFunction", [2, 8] },
    };

    /// <summary>Models that have none, with the code of the reason.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "FunctionalConv", "QDROP007" },
        { "AddInPlaceArg", "QDROP008" },
        { "ThrowingForward", "QDROP008" },
        { "ArgMaxItem", "QDROP007" },
        { "Caches", "QDROP008" },
        { "LinqLater", "QDROP008" },
        { "AbstractHelper", "QDROP008" },
        { "WeightHelper", "QDROP007" },
        { "LambdaReassigned", "QDROP008" },
        { "NamedLambda", "QDROP008" },
        { "ParamsLambda", "QDROP008" },
        { "AnonymousMethod", "QDROP008" },
        { "ChangingSlope", "QDROP008" },
        { "ChangingSlopes", "QDROP008" },
        { "WeightsMadeInForward", "QDROP008" },
        { "VaryingInForward", "QDROP008" },
        { "ObjectMadeInForward", "QDROP008" },
        { "UnknownThenProduct", "QDROP007" },
    };

    [Theory, MemberData(nameof(WithTwin))]
    public void A_model_has_a_twin_that_computes_the_same(string name, long[] shape)
    {
        var run = GeneratorRun.Of(SourceOf(name));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, $"Cases.{name}", shape);
        double scale = expected.Max(Math.Abs);
        Assert.True(scale > 1e-3, "the model computes nothing that could differ");
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / scale, 0, 1e-5);
    }

    [Fact]
    public void A_model_takes_a_list()
    {
        var run = GeneratorRun.Of(SourceOf("ListIn"));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, ["Cases.ListIn"], [2, 8], [2, 8]).Single();
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("SilentWeight", "weight 8, head 8", new long[] { 16, 8 })]
    [InlineData("MatmulPlain", "weight 8", new long[] { 16, 8 })]
    [InlineData("HandMlp", "a.weight 8, b.weight 4, head 8", new long[] { 16, 8 })]
    [InlineData("HandConv", "weight 8, last 8", new long[] { 16, 3, 8, 8 })]
    [InlineData("HandEinsum", "first 8, second 4, third 8", new long[] { 16, 8 })]
    [InlineData("HandAdd", "w 8, v 8", new long[] { 16, 8 })]
    public void A_layer_that_is_written_by_hand_has_quantized_weights(string name, string weights, long[] shape)
    {
        var run = GeneratorRun.Of(SourceOf(name));
        (IReadOnlyDictionary<string, int> found, _) = Twins.Calibrate(run, $"Cases.{name}", shape);
        Assert.Equal(weights, string.Join(", ", found.Select(static w => $"{w.Key} {w.Value}")));
    }

    [Theory]
    [InlineData("ListHelper", "heads.0.l 8, heads.1.l 8", 2)]
    [InlineData("IndexHelper", "heads.0.l 8, heads.1.l 8", 5)]
    public void A_helper_of_modules_in_a_list_has_quantizers_for_each(string name, string weights, int activations)
    {
        var run = GeneratorRun.Of(SourceOf(name));
        (IReadOnlyDictionary<string, int> layers, IReadOnlyDictionary<string, int> values) =
            Twins.Calibrate(run, $"Cases.{name}", 16, 8);
        Assert.Equal(weights, string.Join(", ", layers.Select(static l => $"{l.Key} {l.Value}")));
        Assert.True(values.Count == activations, string.Join(", ", values.Keys));
    }

    [Fact]
    public void Dropout_that_forward_makes_itself_does_nothing_in_the_twin()
    {
        var run = GeneratorRun.Of(SourceOf("DropoutInForward"));
        Assert.Empty(run.Diagnostics);
        (_, float[] twin) = Twins.Run(run, "Cases.DropoutInForward", 64, 8);
        Assert.DoesNotContain(0f, twin);
    }

    [Fact]
    public void A_model_of_whole_numbers_has_a_twin()
    {
        var run = GeneratorRun.Of(SourceOf("FloatLong"));
        Assert.Empty(run.Diagnostics);
        Assert.NotEmpty(run.Sources);
    }

    [Fact]
    public void A_weight_that_two_places_multiply_with_is_refused()
    {
        var run = GeneratorRun.Of(SourceOf("HandTied"));
        Assert.Empty(run.Diagnostics);
        QDropException error = Assert.Throws<QDropException>(() => Twins.Run(run, "Cases.HandTied", 2, 8));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains("'weight' is multiplied with at two places", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Refused))]
    public void A_model_that_cannot_be_followed_is_refused(string name, string code) =>
        Assert.Equal(code, Assert.Single(GeneratorRun.Of(SourceOf(name)).Diagnostics).Id);

    [Theory]
    [InlineData("UsingFold", "NoUsingFold")]
    [InlineData("ShapeFold", "NoUsingFold")]
    [InlineData("UsingOnly", "UsingNot")]
    public void Another_way_to_write_a_model_has_the_same_steps(string name, string same)
    {
        string steps = Steps(name);
        Assert.NotEmpty(steps);
        Assert.Equal(Steps(same), steps);

        static string Steps(string name)
        {
            var run = GeneratorRun.Of(SourceOf(name));
            Assert.Empty(run.Diagnostics);
            Assert.Empty(run.Advice);
            return string.Concat(Step().Matches(run.Sources[$"Cases.{name}.Quantized.g.cs"]));
        }
    }

    /// <summary>The code with one of its classes as a model.</summary>
    private static CSharpCompilation SourceOf(string name) =>
        GeneratorRun.Compile(
            PublicModels.Files.Select(file =>
                (file, PublicModels.Annotate(GeneratorRun.ModelSource(file[..^".cs".Length]), name))));

    /// <summary>A line that makes a step of a chain.</summary>
    [GeneratedRegex(@"^ +(model\.\w+|\S*Step\..*),$", RegexOptions.Multiline)]
    private static partial Regex Step();
}
