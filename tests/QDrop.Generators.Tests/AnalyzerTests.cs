using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// Who reports: the analyzer, from the declaration in which a diagnostic lies; the generator where no analyzer may come
/// to run.
/// </summary>
public sealed class AnalyzerTests
{
    private static readonly string Shared = DiagnosticCases.Model("", "class Shared", "Shared");

    private static readonly Compilation TwoFiles = GeneratorRun.Compile(
        (
            "A.cs",
            DiagnosticCases.Model(
                "[Quantize(W = 9)]", "partial class A", "A", "private readonly Shared shared = new();")),
        ("Shared.cs", Shared));

    [Fact]
    public void The_generator_is_silent_in_an_editor()
    {
        var run = GeneratorRun.Of(TwoFiles);
        Assert.Empty(run.Driver.GetRunResult().Diagnostics);
        Assert.Equal(["QDROP001", "QDROP004"], run.Diagnostics.Select(d => d.Id).Order());
    }

    [Theory]
    [InlineData("errors")]
    [InlineData("all")]
    public void In_a_build_the_generator_reports_what_the_compiler_takes_for_the_same(string reports)
    {
        var run = GeneratorRun.Of(TwoFiles, ("_QDropGeneratorReports", reports));
        ImmutableArray<Diagnostic> said = run.Driver.GetRunResult().Diagnostics;
        Assert.Equal(2, said.Length);
        Assert.Equal(said.ToHashSet(), [.. GeneratorRun.Of(TwoFiles).Diagnostics]);
    }

    [Fact]
    public async Task An_editor_that_asks_for_one_file_is_told_what_lies_in_it()
    {
        var run = GeneratorRun.Of(TwoFiles);
        foreach ((string path, string id) in new[] { ("A.cs", "QDROP004"), ("Shared.cs", "QDROP001") })
        {
            SemanticModel file = run.Output.GetSemanticModel(run.Output.SyntaxTrees.Single(t => t.FilePath == path));
            ImmutableArray<Diagnostic> found = await GeneratorRun
                .Analyze(run.Output)
                .GetAnalyzerSemanticDiagnosticsAsync(file, null, default);
            Assert.Equal([id], found.Select(d => d.Id));
        }
    }

    [Theory]
    [MemberData(nameof(DiagnosticTests.Rules), MemberType = typeof(DiagnosticTests))]
    [MemberData(nameof(DiagnosticTests.Advice), MemberType = typeof(DiagnosticTests))]
    public async Task Every_diagnostic_is_local_to_the_declaration_that_an_editor_asks_about(string rule)
    {
        foreach (string source in DiagnosticCases.Wrong.TryGetValue(rule, out string[]? wrong)
                ? wrong
                : DiagnosticCases.Advised[rule])
        {
            var run = GeneratorRun.Of(source);
            var found = new List<Diagnostic>();
            foreach (SyntaxTree tree in run.Output.SyntaxTrees)
            {
                SemanticModel file = run.Output.GetSemanticModel(tree);
                foreach (TypeDeclarationSyntax type in (await tree.GetRootAsync())
                        .DescendantNodes()
                        .OfType<TypeDeclarationSyntax>())
                    found.AddRange(
                        await GeneratorRun
                            .Analyze(run.Output)
                            .GetAnalyzerSemanticDiagnosticsAsync(file, type.Identifier.Span, default));
                found.AddRange(
                    await GeneratorRun.Analyze(run.Output).GetAnalyzerSemanticDiagnosticsAsync(file, null, default));
            }
            Assert.Equal(Texts(run.Diagnostics.Concat(run.Advice)), Texts(found).Distinct());
        }
    }

    [Fact]
    public void An_error_cannot_be_suppressed_and_lies_in_the_source()
    {
        string source = DiagnosticCases.Model("[Quantize(W = 9)]", "partial class Net");
        var run = GeneratorRun.Of("#pragma warning disable QDROP004\n" + source);
        Diagnostic found = Assert.Single(run.Diagnostics);
        Assert.False(found.IsSuppressed);
        Assert.Equal("W = 9", found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan));
    }

    [Theory]
    [InlineData("using Bits = QDrop.QuantizeAttribute;", "[Bits(W = 9)]")]
    [InlineData("global using Bits = QDrop.QuantizeAttribute;", "[Bits(W = 9)]")]
    [InlineData("", "[QDrop.QuantizeAttribute(W = 9)]")]
    [InlineData("", "[global::QDrop.Quantize(W = 9)]")]
    public void The_attribute_is_found_by_every_name(string alias, string attribute)
    {
        var run = GeneratorRun.Of(alias + "\n" + DiagnosticCases.Model(attribute, "partial class Net"));
        Assert.Equal(["QDROP004"], run.Diagnostics.Select(d => d.Id));
    }

    [Fact]
    public void Another_attribute_of_the_name_is_not_ours()
    {
        var run = GeneratorRun.Of(
            DiagnosticCases.Model("[Other.Quantize(W = 9)]", "partial class Net")
                + "\nnamespace Other { internal sealed class QuantizeAttribute : System.Attribute { public int W { "
                + "get; set; } } }");
        Assert.Empty(run.Diagnostics);
    }

    [Fact]
    public async Task A_cancelled_run_leaves_nothing_behind_that_a_later_one_would_find()
    {
        Compilation output = GeneratorRun.Of(TwoFiles).Output;
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            GeneratorRun.Analyze(output).GetAnalyzerDiagnosticsAsync(cancelled.Token));
        Assert.Equal(2, (await GeneratorRun.Analyze(output).GetAnalyzerDiagnosticsAsync()).Length);
    }

    private static IEnumerable<string> Texts(IEnumerable<Diagnostic> diagnostics) =>
        diagnostics.Select(d => d.ToString()).Order(StringComparer.Ordinal);
}
