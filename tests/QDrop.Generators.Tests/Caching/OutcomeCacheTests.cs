using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Models;
using QDrop.Generators.Tests.Fuzzing;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests.Caching;

/// <summary>An outcome is used again exactly as long as a new analysis would say the same.</summary>
public sealed class OutcomeCacheTests
{
    [Theory]
    [InlineData("_count += n;", "_count += n + 1;")]
    [InlineData("_count += n;", "_count += n; if (")]
    [InlineData("return _count;", "return 7;")]
    [InlineData("2 * _count", "3 * _count")]
    [InlineData("_count = 1", "_count = 2")]
    [InlineData("_count += n;", "// a remark\n _count += n;")]
    public void An_edit_inside_a_member_of_another_file_analyses_nothing(string before, string after)
    {
        var counted = new CountedCache();
        Dictionary<string, ModelOutcome> first = counted.Of(Project.Compilation);
        counted.Analyses.Clear();
        Dictionary<string, ModelOutcome> second = counted.Of(Project.With("Neighbour.cs", before, after));
        Assert.Empty(counted.Analyses);
        Assert.All(first, model => Assert.Same(model.Value, second[model.Key]));
    }

    [Fact]
    public void An_edit_inside_a_model_analyses_that_model_only()
    {
        var counted = new CountedCache();
        counted.Of(Project.Compilation);
        counted.Analyses.Clear();
        ModelOutcome after = counted.Of(Project.With("Net.cs", "relu(conv1", "tanh(conv1"))["Net"];
        Assert.Equal(["Net"], counted.Analyses);
        Assert.Contains("tanh", Code(after));
    }

    [Fact]
    public void Taking_an_edit_back_analyses_nothing()
    {
        var counted = new CountedCache();
        counted.Of(Project.Compilation);
        counted.Of(Project.With("Sizes.cs", "Hidden = 8", "Hidden = 16"));
        counted.Analyses.Clear();
        counted.Of(Project.Compilation);
        Assert.Empty(counted.Analyses);
    }

    public static TheoryData<string, string, string> Changes =>
        new()
        {
            // The body of a method that the model's constructor calls: it decides which modules are reached.
            { "Parts.cs", "return Conv2d(3, width, 3);", "return new Made();" },
            { "Sizes.cs", "const int Hidden = 8", "const long Hidden = 8" },
            { "Base.cs", ": Module<Tensor, Tensor>(name)", ": Middle(name)" },
            {
                "Base.cs",
                "protected int Classes { get; } = 10;",
                "protected static Tensor relu(Tensor x) => x.tanh();"
            },
            {
                "Neighbour.cs",
                "internal sealed class Neighbour",
                "internal static class conv1 { } internal sealed class Neighbour"
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_of_meaning_made_in_another_file_is_seen(string file, string before, string after)
    {
        const string More = """
            namespace Models;
            using static TorchSharp.torch;
            internal abstract class Middle(string name) : nn.Module<Tensor, Tensor>(name)
            {
                public void narrow() { }
            }
            internal sealed partial class Made() : nn.Module<Tensor, Tensor>("made")
            {
                public override Tensor forward(Tensor x) => x.relu();
            }
            """;
        CSharpCompilation start = Project.Plus("More.cs", More), edited = Project.With(start, file, before, after);
        AssertAnalysedAgain(start, edited);
    }

    [Fact]
    public void A_file_that_gives_a_name_another_meaning_is_seen()
    {
        var counted = new CountedCache();
        ModelOutcome before = counted.Of(Project.Compilation)["Other"];
        // An extension method cannot win against a method of the class; a class in the namespace wins against one that
        // is imported.
        ModelOutcome after = counted.Of(
            Project.Plus(
                "Linear.cs",
                """
                namespace Models;
                internal static partial class Linear2 { }
                internal sealed class Linear() : TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>("linear")
                {
                    public override TorchSharp.torch.Tensor forward(TorchSharp.torch.Tensor x) => x;
                    public static implicit operator Linear(TorchSharp.Modules.Linear linear) => new();
                }
                """
            ))["Other"];
        Assert.Empty(before.Diagnostics);
        Assert.Equal("QDROP001", Assert.Single(after.Diagnostics).Id);
    }

    [Fact]
    public void A_new_extension_method_is_seen()
    {
        CSharpCompilation start = Project.With("Other.cs", "fc.forward(x).relu()", "fc.forward(x).Rectify()");
        var counted = new CountedCache();
        Assert.Empty(counted.Of(start)["Other"].Files);
        ModelOutcome after = counted.Of(start.AddSyntaxTrees(GeneratorRun.Parse("""
            namespace Models;
            internal static class Extensions { public static int Rectify(this TorchSharp.torch.Tensor x) => 1; }
            """, "Extensions.cs")))["Other"];
        Assert.Equal(["Net", "Other", "Net", "Other"], counted.Analyses);
        Assert.NotEmpty(after.Files);
    }

    [Fact]
    public void A_new_global_using_is_seen()
    {
        CSharpCompilation start = Project.With("Other.cs", "fc.forward(x).relu()", "Acts.Rectify(fc.forward(x))");
        start = start.AddSyntaxTrees(
            GeneratorRun.Parse(
                "namespace Elsewhere { internal static class Acts { public static TorchSharp.torch.Tensor "
                    + "Rectify(TorchSharp.torch.Tensor x) => x.relu(); } }",
                "Acts.cs"),
            GeneratorRun.Parse("// nothing yet", "Usings.cs"));
        var counted = new CountedCache();
        ModelOutcome before = counted.Of(start)["Other"];
        ModelOutcome after = counted.Of(Project.With(start, "Usings.cs", "// nothing yet", "global using Elsewhere;"))[
            "Other"];
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void A_new_overload_is_seen()
    {
        const string Acts =
            "namespace Models { internal static class Acts { public static double Slope(object x) => 0.1; } }";
        CSharpCompilation start = Project
            .With("Other.cs", "fc.forward(x).relu()", "leaky_relu(fc.forward(x), Acts.Slope(1))")
            .AddSyntaxTrees(GeneratorRun.Parse(Acts, "Acts.cs"));
        var counted = new CountedCache();
        ModelOutcome before = counted.Of(start)["Other"];
        Assert.NotEmpty(before.Files);
        ModelOutcome after = counted.Of(
            Project.With(start, "Acts.cs", "0.1;", "0.1; public static string Slope(int x) => \"\";"))["Other"];
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void A_nullable_directive_is_seen() =>
        AssertAnalysedAgain(
            Project.Compilation,
            Project.With("Parts.cs", "internal static class", "#nullable disable\ninternal static class"));

    [Fact]
    public void A_property_that_gets_a_field_is_seen()
    {
        CSharpCompilation start = Project.Plus(
            "Options.cs", "namespace Models; internal sealed class Options { public int Width { get { return 1; } } }");
        AssertAnalysedAgain(start, Project.With(start, "Options.cs", "return 1;", "return field;"));
    }

    [Fact]
    public void Other_options_are_seen()
    {
        AssertAnalysedAgain(
            Project.Compilation,
            Project.Compilation.WithOptions(
                Project.Compilation.Options.WithNullableContextOptions(NullableContextOptions.Disable)));
        AssertAnalysedAgain(
            Project.Compilation, Project.Compilation.WithReferences(Project.Compilation.References.Skip(1)));
    }

    [Fact]
    public void Options_that_are_equal_are_the_same()
    {
        var counted = new CountedCache();
        counted.Of(Project.Compilation);
        counted.Of(Project.Compilation.WithOptions(Project.Compilation.Options.WithReportSuppressedDiagnostics(true)));
        Assert.Equal(2, counted.Analyses.Count);
    }

    [Fact]
    public void Of_a_project_beside_this_one_only_declarations_count()
    {
        CSharpCompilation Beside(string body) =>
            GeneratorRun
                .Compile(
                    (
                        "Beside.cs",
                        "namespace Beside { public static class Widths { public static int Of() { " + body + " } } }"))
                .WithAssemblyName("Beside");
        CSharpCompilation With(CSharpCompilation beside) =>
            Project.Compilation.AddReferences(beside.ToMetadataReference());
        var counted = new CountedCache();
        counted.Of(With(Beside("return 1;")));
        counted.Of(With(Beside("return 2;")));
        Assert.Equal(2, counted.Analyses.Count);
        counted.Of(With(Beside("return 1; } public static int More() { return 3;")));
        Assert.Equal(4, counted.Analyses.Count);
    }

    [Fact]
    public void What_an_analyzer_sees_beside_the_sources_changes_nothing()
    {
        var counted = new CountedCache();
        var run = GeneratorRun.Of(Project.Compilation, new QuantizedModelGenerator(counted.Cache));
        Assert.True(run.Output.SyntaxTrees.Count() > run.Input.SyntaxTrees.Count());
        counted.Analyses.Clear();
        counted.Of(run.Output);
        Assert.Empty(counted.Analyses);
    }

    [Fact]
    public void An_analyzer_that_comes_first_gets_what_the_generator_gets()
    {
        var run = GeneratorRun.Of(Project.Compilation);
        var counted = new CountedCache();
        Dictionary<string, ModelOutcome> first = counted.Of(run.Output),
            second = new CountedCache().Of(Project.Compilation);
        Assert.Equal(first, second);
        Assert.NotEmpty(first["Net"].Files);
    }

    [Fact]
    public void Whatever_is_edited_a_known_outcome_is_what_a_new_analysis_says()
    {
        var random = new Random(1);
        var counted = new CountedCache();
        CSharpCompilation compilation = Project.Compilation;
        int asked = 0;
        for (int i = 0; i < 200; i++)
        {
            SyntaxTree tree = compilation.SyntaxTrees[random.Next(compilation.SyntaxTrees.Length)];
            (string what, string source) = new Mutator(tree.ToString(), seed: i).Next();
            CSharpCompilation edited = compilation.ReplaceSyntaxTree(tree, GeneratorRun.Parse(source, tree.FilePath));
            IReadOnlyList<(string, ModelOutcome)> known = counted.All(edited), fresh = new CountedCache().All(edited);
            Assert.True(fresh.SequenceEqual(known), $"edit {i} of {tree.FilePath}: {what}");
            asked += fresh.Count;
            // What can still be read is edited further.
            if (!edited.GetParseDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error) && random.Next(2) == 0)
                compilation = edited;
        }
        Assert.InRange(counted.Analyses.Count, 1, asked - 1);
    }

    [Fact]
    public void Old_compilations_are_collected()
    {
        var counted = new CountedCache();
        GeneratorDriver driver = GeneratorRun
            .Of(Project.Compilation, new QuantizedModelGenerator(counted.Cache), tracks: false)
            .Driver;
        WeakReference[] old = [.. Enumerable.Range(0, 3).SelectMany(_ => Edit(counted, ref driver))];
        // The driver keeps what its last run has seen, and the compiler's own pools what they were last used for.
        Edit(counted, ref driver);
        for (int i = 0; i < 10 && old.Any(o => o.IsAlive); i++)
        {
            // Nothing but a collection shows what can be collected.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.DoesNotContain(old, o => o.IsAlive);
        GC.KeepAlive(driver);
        GC.KeepAlive(counted);
        GC.KeepAlive(Project.Compilation);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Edit(CountedCache counted, ref GeneratorDriver driver)
    {
        CSharpCompilation elsewhere = Project.With(
            "Neighbour.cs", "_count += n;", $"_count += {counted.Analyses.Count};");
        CSharpCompilation inside = Project.With(elsewhere, "Net.cs", "relu(conv1", "tanh(conv1");
        var old = new List<WeakReference>();
        foreach (CSharpCompilation edited in new[] { elsewhere, inside })
        {
            var run = GeneratorRun.Again(driver, edited);
            driver = run.Driver;
            counted.Of(run.Output);
            old.Add(new WeakReference(edited));
            old.Add(new WeakReference(run.Output));
            old.Add(new WeakReference(edited.SyntaxTrees.Single(t => t.FilePath == "Neighbour.cs")));
        }
        return [.. old];
    }

    private static void AssertAnalysedAgain(CSharpCompilation start, CSharpCompilation edited)
    {
        var counted = new CountedCache();
        counted.Of(start);
        counted.Analyses.Clear();
        Dictionary<string, ModelOutcome> found = counted.Of(edited);
        Assert.Contains("Net", counted.Analyses);
        Assert.Equal(new CountedCache().Of(edited), found);
    }

    private static string Code(ModelOutcome outcome) =>
        string.Join(
            "\n",
            outcome.Files.SelectMany(f =>
                f.Module.Forward.Lines.Concat(f.Module.Forward.Chains.SelectMany(c => c.Steps.Select(s => s.Code)))));
}
