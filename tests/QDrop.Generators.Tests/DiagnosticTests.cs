using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Tests.Helpers;
using VerifyXunit;

namespace QDrop.Generators.Tests;

/// <summary>Each rule fires where something is wrong, with the excerpt underlined, and nowhere else.</summary>
public sealed class DiagnosticTests
{
    public static TheoryData<string> Rules => [.. DiagnosticCases.Wrong.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_rule_says_what_is_wrong_and_where(string rule)
    {
        var text = new StringBuilder();
        foreach (string source in DiagnosticCases.Wrong[rule])
        {
            var run = GeneratorRun.Of(source);
            Assert.DoesNotContain(run.Input.GetDiagnostics(), d => d.DefaultSeverity == DiagnosticSeverity.Error);
            Assert.NotEmpty(run.Diagnostics);
            Assert.All(run.Diagnostics, d => Assert.Equal(rule, d.Id));
            Assert.Empty(run.Sources);
            text.Append(Excerpts.Of(run.Diagnostics, source)).Append('\n');
        }
        await Verifier.Verify(text.ToString(), "txt").UseDirectory("Snapshots").UseParameters(rule);
    }

    public static TheoryData<string> Advice => [.. DiagnosticCases.Advised.Keys];

    [Theory]
    [MemberData(nameof(Advice))]
    public async Task A_rule_that_is_no_error_leaves_the_twin_to_be_written(string rule)
    {
        var text = new StringBuilder();
        foreach (string source in DiagnosticCases.Advised[rule])
        {
            var run = GeneratorRun.Of(source);
            Assert.DoesNotContain(run.Output.GetDiagnostics(), d => d.DefaultSeverity == DiagnosticSeverity.Error);
            Assert.Empty(run.Diagnostics);
            Assert.All(run.Advice, d => Assert.Equal(rule, d.Id));
            Assert.NotEmpty(run.Advice);
            Assert.NotEmpty(run.Sources);
            text.Append(Excerpts.Of(run.Advice, source)).Append('\n');
        }
        await Verifier.Verify(text.ToString(), "txt").UseDirectory("Snapshots").UseParameters(rule);
    }

    [Theory]
    [InlineData("ResNet20")]
    [InlineData("LeNet")]
    [InlineData("Vgg")]
    [InlineData("VggList")]
    [InlineData("BottleneckResNet")]
    public void Nothing_is_advised_of_models_as_people_write_them(string model) =>
        Assert.Empty(GeneratorRun.OfModel(model).Advice);

    [Fact]
    public void A_warning_can_be_suppressed_where_it_stands()
    {
        string source = DiagnosticCases.Advised["QDROP010"][0];
        Assert.Empty(GeneratorRun.Of("#pragma warning disable QDROP010\n" + source).Advice);
    }

    public static TheoryData<string> Right => [.. DiagnosticCases.Right.Keys];

    [Theory]
    [MemberData(nameof(Right))]
    public void No_rule_fires_where_nothing_is_wrong(string name)
    {
        var run = GeneratorRun.Of(DiagnosticCases.Right[name]);
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Advice);
        Assert.NotEmpty(run.Sources);
        Assert.DoesNotContain(
            run.Output.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS1591");
    }

    [Fact]
    public void Every_rule_is_tested_and_documented()
    {
        string root = typeof(DiagnosticTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RepositoryRoot")
            .Value!;
        string docs = Path.Combine(root, "docs", "diagnostics");
        foreach (DiagnosticDescriptor rule in Diagnostics.Rules.All)
        {
            Assert.Contains(rule.Id, DiagnosticCases.Wrong.Keys.Concat(DiagnosticCases.Advised.Keys));
            Assert.Equal(DiagnosticCases.Wrong.ContainsKey(rule.Id), rule.DefaultSeverity == DiagnosticSeverity.Error);
            string page = Path.Combine(docs, rule.Id + ".md");
            Assert.True(File.Exists(page), $"docs/diagnostics/{rule.Id}.md is missing");
            Assert.StartsWith($"# {rule.Id}: ", File.ReadAllText(page));
            Assert.EndsWith($"/docs/diagnostics/{rule.Id}.md", rule.HelpLinkUri);
        }
    }

    [Fact]
    public void A_model_in_error_keeps_nothing_from_another_model()
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(
            ("Right.cs", DiagnosticCases.Model("[Quantize]", "partial class Right", "Right")),
            ("Wrong.cs", DiagnosticCases.Model("[Quantize(W = 9)]", "partial class Wrong", "Wrong"))));
        Assert.Equal(["QDROP004"], run.Diagnostics.Select(d => d.Id));
        Assert.Equal(["Models.Right.Quantized.g.cs"], run.Sources.Keys);
    }

    [Fact]
    public void A_class_that_two_models_reach_is_written_and_blamed_once()
    {
        var right = GeneratorRun.Of(
            GeneratorRun.Compile(
                (
                    "A.cs",
                    DiagnosticCases.Model(
                        "[Quantize]", "partial class A", "A", "private readonly Shared shared = new();")),
                (
                    "B.cs",
                    DiagnosticCases.Model(
                        "[Quantize]", "partial class B", "B", "private readonly Shared shared = new();")),
                ("Shared.cs", DiagnosticCases.Model("", "partial class Shared", "Shared"))));
        Assert.Empty(right.Diagnostics);
        Assert.Equal(3, right.Sources.Count);

        var wrong = GeneratorRun.Of(
            GeneratorRun.Compile(
                (
                    "A.cs",
                    DiagnosticCases.Model(
                        "[Quantize]", "partial class A", "A", "private readonly Shared shared = new();")),
                (
                    "B.cs",
                    DiagnosticCases.Model(
                        "[Quantize]", "partial class B", "B", "private readonly Shared shared = new();")),
                ("Shared.cs", DiagnosticCases.Model("", "class Shared", "Shared"))));
        Assert.Equal(["QDROP001"], wrong.Diagnostics.Select(d => d.Id));
    }

    [Fact]
    public void Nothing_is_said_about_a_forward_that_does_not_compile()
    {
        var run = GeneratorRun.Of(Forwards.Source("", "return relu(conv1.forward(y));"));
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Sources);
    }
}
