using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Promise 4: only values in the pipeline, and an unrelated edit runs nothing again.</summary>
public sealed class IncrementalTests
{
    private static readonly string[] Steps = [QuantizedModelGenerator.ModelsStep, QuantizedModelGenerator.FilesStep];

    [Fact]
    public void An_edit_of_another_file_runs_nothing_again()
    {
        CSharpCompilation before = WithNeighbour("class Neighbour { }");
        var first = GeneratorRun.Of(before);
        var second = GeneratorRun.Again(
            first.Driver, Replace(before, "Neighbour.cs", "class Neighbour { public int Added; }"));
        AssertUnchanged(second);
    }

    [Fact]
    public void A_comment_behind_the_model_runs_nothing_again()
    {
        CSharpCompilation before = WithNeighbour("");
        var first = GeneratorRun.Of(before);
        var second = GeneratorRun.Again(
            first.Driver, Replace(before, "ResNet20.cs", GeneratorRun.ModelSource("ResNet20") + "\n// a remark\n"));
        AssertUnchanged(second);
    }

    [Theory]
    [InlineData("var y = conv1.forward(x);", "var y = conv1.forward(x); // a remark")]
    [InlineData("return relu(y);", "// a remark\n        return relu(y);")]
    [InlineData("return relu(y);", "/* a\n remark */\n        return relu(y);")]
    [InlineData("return relu(y);", "return relu(y); // behind the last statement\n        // and more")]
    [InlineData("return relu(y);", "/* a remark */ return relu(/* and */ y);")]
    [InlineData("        // Option A: every other pixel, and zeros for the channels that are new.\n", "")]
    public void A_comment_in_a_forward_writes_nothing_again(string before, string after)
    {
        CSharpCompilation compilation = WithNeighbour("");
        var first = GeneratorRun.Of(compilation);
        Assert.Contains(before, GeneratorRun.ModelSource("ResNet20"));
        var second = GeneratorRun.Again(
            first.Driver,
            Replace(compilation, "ResNet20.cs", GeneratorRun.ModelSource("ResNet20").Replace(before, after)));
        AssertUnchanged(second);
    }

    [Fact]
    public void A_new_layer_is_a_modification()
    {
        CSharpCompilation before = WithNeighbour("");
        var first = GeneratorRun.Of(before);
        var second = GeneratorRun.Again(
            first.Driver,
            Replace(
                before,
                "ResNet20.cs",
                GeneratorRun
                    .ModelSource("ResNet20")
                    .Replace(
                        "bn1;\n    private readonly Sequential layer1,",
                        "bn1, conv0 = Conv2d(3, 3, 1);\n    private readonly Sequential layer1,")
                    .Replace("conv1.forward(x)));", "conv1.forward(conv0.forward(x))));")));
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = second
            .Driver.GetRunResult()
            .Results.Single()
            .TrackedSteps;
        Assert.Equal(
            IncrementalStepRunReason.Modified,
            Assert.Single(steps[QuantizedModelGenerator.ModelsStep].SelectMany(s => s.Outputs)).Reason);
        Assert.Equal(
            [IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged],
            steps[QuantizedModelGenerator.FilesStep].SelectMany(s => s.Outputs).Select(o => o.Reason).Order());
        Assert.Contains("conv0", second.Sources["Models.ResNet20.Quantized.g.cs"]);
    }

    [Fact]
    public void An_edit_of_a_block_rewrites_that_block_and_the_model_that_reaches_it()
    {
        CSharpCompilation before = WithNeighbour("");
        var first = GeneratorRun.Of(before);
        var second = GeneratorRun.Again(
            first.Driver,
            Replace(
                before,
                "ResNet20.cs",
                GeneratorRun.ModelSource("ResNet20").Replace("return relu(y);", "return tanh(y);")));
        Assert.NotEqual(
            first.Sources["Models.BasicBlock.Quantized.g.cs"], second.Sources["Models.BasicBlock.Quantized.g.cs"]);
        Assert.NotEqual(FingerprintIn(first), FingerprintIn(second));
    }

    [Fact]
    public void A_fingerprint_does_not_see_comments_and_whitespace()
    {
        string source = GeneratorRun.ModelSource("ResNet20");
        GeneratorRun first = GeneratorRun.Of(source),
            second = GeneratorRun.Of(
                source.Replace("\n", "\n\n").Replace("return relu(y);", "return  relu( y ) ; // y"));
        Assert.Equal(FingerprintIn(first), FingerprintIn(second));
    }

    [Fact]
    public void Models_gathered_twice_are_equal_and_not_the_same()
    {
        object[] first = [.. Outputs(GeneratorRun.OfModel("ResNet20"))],
            second = [.. Outputs(GeneratorRun.OfModel("ResNet20"))];
        Assert.NotEmpty(first);
        Assert.Equal(first, second);
        Assert.All(first.Zip(second), pair => Assert.NotSame(pair.First, pair.Second));
    }

    [Fact]
    public void The_order_of_files_does_not_matter()
    {
        CSharpCompilation compilation = WithNeighbour(
            "namespace Models { partial class ResNet20 { private int more; } partial class BasicBlock { private int "
                + "more; } }");
        IReadOnlyDictionary<string, string> sources = GeneratorRun.Of(compilation).Sources;
        CSharpCompilation reversed = compilation
            .RemoveAllSyntaxTrees()
            .AddSyntaxTrees(compilation.SyntaxTrees.Reverse());
        Assert.Equal(sources, GeneratorRun.Of(reversed).Sources);
    }

    [Theory]
    [InlineData("ResNet20")]
    [InlineData("BottleneckResNet")]
    public void No_symbol_syntax_or_compilation_is_reachable_from_a_step(string model)
    {
        var run = GeneratorRun.OfModel(model);
        int seen = 0;
        foreach (object output in Outputs(run))
            Walk(output, [], ref seen);
        Assert.True(seen > 20, "the walk found nothing to look at");
    }

    [Fact]
    public void No_symbol_syntax_or_compilation_is_reachable_from_a_diagnostic()
    {
        var run = GeneratorRun.Of(
            GeneratorRun.Compile(("Model.cs", DiagnosticCases.Wrong["QDROP007"][0])),
            ("_QDropGeneratorReports", "all"));
        int seen = 0;
        foreach (object output in Outputs(run))
            Walk(output, [], ref seen);
        Assert.Contains(Outputs(run), o => o is Models.ModelOutcome { Diagnostics.Count: 1 });
    }

    private static CSharpCompilation WithNeighbour(string source) =>
        GeneratorRun.Compile(("ResNet20.cs", GeneratorRun.ModelSource("ResNet20")), ("Neighbour.cs", source));

    private static CSharpCompilation Replace(CSharpCompilation compilation, string path, string source) =>
        compilation.ReplaceSyntaxTree(
            compilation.SyntaxTrees.Single(t => t.FilePath == path), GeneratorRun.Parse(source, path));

    private static void AssertUnchanged(GeneratorRun run)
    {
        ImmutableDictionary<string, ImmutableArray<IncrementalGeneratorRunStep>> steps = run
            .Driver.GetRunResult()
            .Results.Single()
            .TrackedSteps;
        foreach (string step in Steps)
        {
            Assert.NotEmpty(steps[step]);
            Assert.All(
                steps[step].SelectMany(s => s.Outputs),
                output =>
                    Assert.True(
                        output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged,
                        $"{step}: {output.Reason}"));
        }
        Assert.All(
            run.Driver.GetRunResult()
                .Results.Single()
                .TrackedOutputSteps.SelectMany(s => s.Value)
                .SelectMany(s => s.Outputs),
            output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    private static IEnumerable<object> Outputs(GeneratorRun run) =>
        run
            .Driver.GetRunResult()
            .Results.Single()
            .TrackedSteps.Where(s =>
                s.Key
                    is QuantizedModelGenerator.ModelsStep
                        or QuantizedModelGenerator.FilesStep
                        or QuantizedModelGenerator.DiagnosticsStep)
            .OrderBy(s => s.Key, StringComparer.Ordinal)
            .SelectMany(s => s.Value)
            .SelectMany(s => s.Outputs)
            .Select(o => o.Value);

    private static string FingerprintIn(GeneratorRun run) =>
        run.Sources["Models.ResNet20.Quantized.g.cs"].Split('\n').Single(l => l.Contains("Fingerprint"));

    private static void Walk(object? value, HashSet<object> visited, ref int seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !visited.Add(value))
            return;
        seen++;
        Assert.False(
            value
                is ISymbol
                    or SyntaxNode
                    or SyntaxTree
                    or SyntaxToken
                    or Compilation
                    or SemanticModel
                    or IOperation
                    or Location
                    or SyntaxReference,
            $"a {value.GetType()} is reachable");
        if (value is IEnumerable items)
        {
            foreach (object? item in items)
                Walk(item, visited, ref seen);
        }
        for (Type? type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                Walk(field.GetValue(value), visited, ref seen);
        }
    }
}
