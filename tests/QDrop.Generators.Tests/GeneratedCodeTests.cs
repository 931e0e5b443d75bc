using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Formatting;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// Promise 3: what is written compiles without a warning under nullable and warnings-as-errors, is formatted, and is
/// always the same.
/// </summary>
public sealed class GeneratedCodeTests
{
    public static TheoryData<string> Models => ["ResNet20", "LeNet", "Vgg", "VggList", "BottleneckResNet"];

    public static TheoryData<string> Classes => [.. ClassForms.All.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Compiles_without_a_warning_even_where_warnings_are_not_disabled(string model)
    {
        var run = GeneratorRun.OfModel(model);
        Assert.NotEmpty(run.Sources);
        Compilation strict = run.Input.AddSyntaxTrees(
            run.Sources.Select(s =>
                GeneratorRun.Parse(
                    s.Value.Replace("#pragma warning disable", "").Replace("#pragma warning restore", ""), s.Key)));
        Assert.Empty(
            strict
                .GetDiagnostics()
                .Where(d =>
                    d.Severity != DiagnosticSeverity.Hidden
                    && d.Location.SourceTree is { } tree
                    && run.Sources.ContainsKey(tree.FilePath)));
        Assert.DoesNotContain(strict.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS1591");
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Compiles_without_a_warning_in_every_nullable_context(string name)
    {
        CSharpCompilation strict = Compile(ClassForms.All[name].Files);
        foreach (NullableContextOptions context in Enum.GetValues<NullableContextOptions>())
        {
            var run = GeneratorRun.Of(strict.WithOptions(strict.Options.WithNullableContextOptions(context)));
            Assert.NotEmpty(run.Sources);
            Assert.Empty(
                run.Output.GetDiagnostics()
                    .Where(d =>
                        d.Severity != DiagnosticSeverity.Hidden
                        && d.Location.SourceTree is { } tree
                        && !run.Input.SyntaxTrees.Contains(tree)));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Is_formatted_as_a_formatter_would(string model)
    {
        using var workspace = new AdhocWorkspace();
        foreach ((string file, string source) in GeneratorRun.OfModel(model).Sources)
        {
            SyntaxNode written = CSharpSyntaxTree.ParseText(source, GeneratorRun.ParseOptions, file).GetRoot();
            Assert.Equal(source, Formatter.Format(written, workspace).ToFullString());
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Is_the_same_whatever_the_order_of_the_files(string name)
    {
        string[] files = ClassForms.All[name].Files;
        IReadOnlyDictionary<string, string> expected = GeneratorRun.Of(Compile(files)).Sources;
        Assert.Equal(expected, GeneratorRun.Of(Compile(files)).Sources);
        Assert.Equal(expected, GeneratorRun.Of(Compile(files, reverses: true)).Sources);
    }

    private static CSharpCompilation Compile(string[] files, bool reverses = false)
    {
        IEnumerable<(string, string)> named = files.Select((source, i) => ($"File{i}.cs", source));
        return GeneratorRun.Compile(reverses ? named.Reverse() : named);
    }
}
