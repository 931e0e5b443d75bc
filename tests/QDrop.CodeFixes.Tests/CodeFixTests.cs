using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using QDrop.CodeFixes.Tests.Helpers;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Tests;
using VerifyXunit;

namespace QDrop.CodeFixes.Tests;

/// <summary>Fixes: what is offered, what it changes, and that nothing is left to say afterwards.</summary>
public sealed class CodeFixTests
{
    public static TheoryData<string> Cases => [.. FixCases.Fixed.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_fix_changes_what_is_wrong_and_nothing_else(string name)
    {
        string source = FixCases.Fixed[name];
        using var run = FixRun.Of(("Model.cs", source));
        var titles = new StringBuilder();
        for (int rounds = 0;
            (await run.DiagnosticsAsync()).MaxBy(d => d.Location.SourceSpan.Start) is { } diagnostic;
            rounds++)
        {
            Assert.True(rounds < 10, "the fix does not end what it is for");
            CodeAction offer = Assert.Single(await run.OffersAsync(diagnostic));
            titles.Append("// ").Append(diagnostic.Id).Append(": ").Append(offer.Title).Append('\n');
            await run.ApplyAsync(offer);
        }
        Assert.Empty(await run.ErrorsAsync());
        string[] before = source.Split('\n'), after = (await run.TextAsync()).Split('\n');
        string text = titles + string.Join('\n', after.Where(line => !before.Contains(line)));
        await Verifier.Verify(text, "cs").UseDirectory("Snapshots").UseParameters(name.Replace(' ', '-'));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Fixing_everything_at_once_gives_the_same(string name)
    {
        using var one = FixRun.Of(("Model.cs", FixCases.Fixed[name]));
        while ((await one.DiagnosticsAsync()).FirstOrDefault() is { } diagnostic)
            await one.ApplyAsync((await one.OffersAsync(diagnostic)).Single());
        using var all = FixRun.Of(("Model.cs", FixCases.Fixed[name]));
        foreach (SourceFix fix in FixRun.Fixes)
            await all.ApplyAllAsync(fix);
        Assert.Equal(await one.TextAsync(), await all.TextAsync());
    }

    [Fact]
    public async Task Every_diagnostic_of_a_solution_is_fixed_at_once()
    {
        using var run = FixRun.Of(
            (
                "A.cs",
                DiagnosticCases.Model(
                    "[Quantize(W = 9, A = 1, Drop = -1)]", "class A", "A", "private readonly Shared shared = new();")),
            (
                "B.cs",
                DiagnosticCases.Model(
                    "[Quantize(Samples = 0)]", "class B", "B", "private readonly Shared shared = new();")),
            ("Shared.cs", DiagnosticCases.Model("", "class Shared", "Shared")));
        Assert.Equal(7, (await run.DiagnosticsAsync()).Length);
        Assert.True(await run.ApplyAllAsync(new AddPartialFix()));
        Assert.True(await run.ApplyAllAsync(new ChangeSettingFix()));
        Assert.False(await run.ApplyAllAsync(new AddFactoryFix()));
        Assert.Empty(await run.DiagnosticsAsync());
        Assert.Empty(await run.ErrorsAsync());
    }

    [Fact]
    public async Task In_one_document_only_that_document_is_fixed()
    {
        using var run = FixRun.Of(
            ("A.cs", DiagnosticCases.Model("[Quantize]", "class A", "A")),
            ("B.cs", DiagnosticCases.Model("[Quantize]", "class B", "B")));
        Assert.True(await run.ApplyAllAsync(new AddPartialFix(), FixAllScope.Document));
        Diagnostic left = Assert.Single(await run.DiagnosticsAsync());
        Assert.Equal("B.cs", left.Location.SourceTree!.FilePath);
    }

    public static TheoryData<string> Unfixable => [.. FixCases.NotFixed.Keys];

    [Theory]
    [MemberData(nameof(Unfixable))]
    public async Task Nothing_is_offered_where_only_the_author_knows(string name)
    {
        using var run = FixRun.Of(("Model.cs", FixCases.NotFixed[name]));
        Diagnostic diagnostic = Assert.Single(await run.DiagnosticsAsync());
        Assert.Empty(await run.OffersAsync(diagnostic));
    }

    [Fact]
    public void Every_fix_is_exported_for_rules_that_exist()
    {
        Assert.NotEmpty(FixRun.Fixes);
        Assert.All(
            FixRun.Fixes,
            fix =>
            {
                var export = (ExportCodeFixProviderAttribute)
                    Attribute.GetCustomAttribute(fix.GetType(), typeof(ExportCodeFixProviderAttribute))!;
                Assert.Equal([LanguageNames.CSharp], export.Languages);
                Assert.All(fix.FixableDiagnosticIds, id => Assert.NotNull(Rules.ById(id)));
                Assert.Contains(FixAllScope.Solution, fix.GetFixAllProvider().GetSupportedFixAllScopes());
            });
    }
}
