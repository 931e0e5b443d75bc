using Microsoft.CodeAnalysis;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Promise 3: what is written compiles without a warning under nullable and warnings-as-errors.</summary>
public sealed class GeneratedCodeTests
{
    [Theory]
    [InlineData("ResNet20")]
    [InlineData("LeNet")]
    [InlineData("Vgg")]
    [InlineData("VggList")]
    [InlineData("BottleneckResNet")]
    public void Compiles_without_a_warning_even_where_warnings_are_not_disabled(string model)
    {
        GeneratorRun run = GeneratorRun.OfModel(model);
        Assert.NotEmpty(run.Sources);
        Compilation strict = run.Input.AddSyntaxTrees(run.Sources.Select(s =>
            GeneratorRun.Parse(s.Value.Replace("#pragma warning disable", "").Replace("#pragma warning restore", ""), s.Key)));
        Assert.Empty(strict.GetDiagnostics().Where(d => d.Severity != DiagnosticSeverity.Hidden && d.Location.SourceTree is { } tree && run.Sources.ContainsKey(tree.FilePath)));
        Assert.DoesNotContain(strict.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS1591");
    }
}
