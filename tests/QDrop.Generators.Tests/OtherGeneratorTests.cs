using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// What another source generator writes is not seen by this one; where a model relies on it, that is said.
/// </summary>
public sealed class OtherGeneratorTests
{
    private const string Act =
        "namespace Models { partial class Net { private TorchSharp.torch.Tensor Act(TorchSharp.torch.Tensor t) => "
            + "t.relu(); } }";

    private static readonly string Model = Forwards.Source("", "return Act(conv2.forward(conv1.forward(x)));");

    [Fact]
    public void A_model_that_needs_it_is_an_error_at_the_name()
    {
        Diagnostic found = Assert.Single(Analyse(Act, Model));
        Assert.Equal("QDROP008", found.Id);
        Assert.Equal("Act", found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan));
        Assert.Contains("'Act' is written by another source generator", found.GetMessage());
    }

    [Fact]
    public void A_block_that_needs_it_is_an_error_at_the_name()
    {
        string model = Forwards.Source(
            "private readonly Block block = new(); internal sealed partial class Block() : Module<Tensor, "
                + "Tensor>(\"b\") { public override Tensor forward(Tensor x) => Parts.Act(x); }",
            "return block.forward(conv2.forward(conv1.forward(x)));");
        Diagnostic found = Assert.Single(
            Analyse(
                "internal static class Parts { public static TorchSharp.torch.Tensor Act(TorchSharp.torch.Tensor t) => "
                    + "t.relu(); }",
                model));
        Assert.Equal(
            ("QDROP008", "Parts"),
            (found.Id, found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan)));
    }

    [Fact]
    public void Nothing_is_said_where_the_generator_sees_all() =>
        Assert.Empty(Analyse("internal static class Unused;", Model, Act));

    [Fact]
    public void Nothing_is_said_where_the_compiler_says_it() =>
        Assert.Empty(Analyse("internal static class Unused;", Model));

    /// <summary>What the analyzer says of the sources where another generator writes a file.</summary>
    private static IEnumerable<Diagnostic> Analyse(string generated, params string[] sources)
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new QuantizedModelGenerator().AsSourceGenerator(), new Other(generated).AsSourceGenerator()],
            parseOptions: GeneratorRun.ParseOptions);
        driver.RunGeneratorsAndUpdateCompilation(
            GeneratorRun.Compile(sources.Select((source, i) => ($"File{i}.cs", source))),
            out Compilation output,
            out _);
        return GeneratorRun.Analyze(output).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
    }

    private sealed class Other(string text) : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context) =>
            context.RegisterSourceOutput(
                context.CompilationProvider, (output, _) => output.AddSource("Parts.g.cs", text));
    }
}
