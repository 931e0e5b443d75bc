using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Analysis;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests.Fuzzing;

/// <summary>What came of one variant of a source.</summary>
/// <param name="Compiles">Whether the variant itself is without errors.</param>
/// <param name="Refused">Whether an error of ours stands against it.</param>
/// <param name="Said">All rules that do.</param>
/// <param name="Time">How long the generator and the analyzer took.</param>
/// <param name="Failure">What went wrong, if anything.</param>
internal sealed record Verdict(bool Compiles, bool Refused, string[] Said, TimeSpan Time, string? Failure)
{
    public static Verdict Wrong(TimeSpan time, string failure) => new(false, false, [], time, failure);
}

/// <summary>
/// One file that is spoiled again and again, in a project whose other files stay, as in an editor: one driver sees all
/// variants.
/// </summary>
internal sealed class FuzzedProject
{
    /// <summary>Longer than any variant takes on a machine that does other work too: what takes longer hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly string _path;
    private readonly string? _pieces;
    private readonly CSharpCompilation _compilation;
    private GeneratorDriver _driver;

    /// <param name="path">Path of the file that is spoiled.</param>
    /// <param name="compilation">The project.</param>
    /// <param name="pieces">
    /// A text whose pieces come in place of those of the file, if not the file's own do. It contains the file.
    /// </param>
    public FuzzedProject(string path, CSharpCompilation compilation, string? pieces = null)
    {
        _path = path;
        _pieces = pieces;
        _compilation = compilation.WithOptions(
            compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default));
        _driver = GeneratorRun.Of(_compilation, new QuantizedModelGenerator(), tracks: false).Driver;
    }

    public string Source => _compilation.SyntaxTrees.Single(t => t.FilePath == _path).ToString();

    /// <summary>Whether a twin was written for what was tried last.</summary>
    public bool HasTwin => _driver.GetRunResult().GeneratedTrees.Any(t => GeneratedSources.Contains(t.FilePath));

    /// <summary>Makes variants of <see cref="Source"/>.</summary>
    public Mutator Spoil(int seed) => new(Source, seed, _pieces);

    /// <summary>The project with a driver that has seen no variant.</summary>
    public FuzzedProject Anew() => new(_path, _compilation, _pieces);

    public Verdict Try(string source)
    {
        using var cancellation = new CancellationTokenSource(Limit);
        Task<Verdict> work = Task.Run(() => Run(source, cancellation.Token));
        return work.Wait(2 * Limit)
            ? work.Result
            : Verdict.Wrong(2 * Limit, "it hangs, and does not listen to cancellation");
    }

    /// <summary>The files of the project, with another text of the spoiled one.</summary>
    public IEnumerable<(string Path, string Source)> FilesWith(string source) =>
        _compilation.SyntaxTrees.Select(t => (t.FilePath, t.FilePath == _path ? source : t.ToString()));

    private Verdict Run(string source, CancellationToken cancellation)
    {
        SyntaxTree tree = GeneratorRun.Parse(source, _path);
        Compilation input = _compilation.ReplaceSyntaxTree(
            _compilation.SyntaxTrees.Single(t => t.FilePath == _path), tree);
        var clock = new Clock();
        try
        {
            _driver = _driver.RunGeneratorsAndUpdateCompilation(input, out Compilation output, out _, cancellation);
            List<Diagnostic> said = Analyze(output, cancellation);
            TimeSpan time = clock.Elapsed;
            if (_driver.GetRunResult().Results.Single().Exception is { } thrown)
                return Verdict.Wrong(time, thrown.ToString());
            bool refused = said.Any(d => d.Severity == DiagnosticSeverity.Error);
            bool compiles = Errors(input, [tree]).Count == 0;
            return new Verdict(
                compiles,
                refused,
                [.. said.Select(d => d.Id).Distinct()],
                time,
                compiles ? Wrong(input, output, tree, refused) : null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Verdict.Wrong(clock.Elapsed, "it hangs");
        }
        catch (Exception exception)
        {
            return Verdict.Wrong(clock.Elapsed, exception.ToString());
        }
    }

    /// <summary>What the analyzer says. Its own work only: the compiler's around it costs many times as much.</summary>
    private static List<Diagnostic> Analyze(Compilation compilation, CancellationToken cancellation)
    {
        var findings = CompilationDiagnostics.Of(compilation);
        return
        [
            .. compilation
                .SyntaxTrees.SelectMany(tree =>
                    tree.GetRoot(cancellation)
                        .DescendantNodes(n =>
                            n
                                is not MemberDeclarationSyntax
                                    or BaseTypeDeclarationSyntax
                                    or BaseNamespaceDeclarationSyntax)
                        .OfType<TypeDeclarationSyntax>())
                .SelectMany(declaration => findings.In(declaration.GetReference(), cancellation)),
        ];
    }

    /// <summary>
    /// What is written compiles, also where something was said against another model; and where nothing was, every
    /// model has a twin.
    /// </summary>
    private static string? Wrong(Compilation input, Compilation output, SyntaxTree tree, bool refused)
    {
        SyntaxTree[] written = [.. output.SyntaxTrees.Where(t => !input.ContainsSyntaxTree(t))];
        if (Errors(output, [tree, .. written]) is [{ } error, ..])
            return $"the output does not compile: {error}\n{error.Location.SourceTree}";
        if (refused)
            return null;
        string[] models =
        [
            .. AttributedDeclarations
                .Of(AttributeNames.Quantize, input, CancellationToken.None)
                .Select(m => SymbolNames.FullName(m.Type).Replace('+', '.').Replace('`', '-')),
        ];
        string[] without =
        [
            .. models.Where(m => !written.Any(t => Path.GetFileName(t.FilePath) == GeneratedSources.FileName(m))),
        ];
        return without.Length == 0 ? null : $"nothing is written and nothing is said for {string.Join(", ", without)}";
    }

    /// <summary>
    /// Wall-clock or processor time, whichever is less: the one grows while others use the machine, the other while
    /// this process does something else too.
    /// </summary>
    private readonly struct Clock()
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;

        public TimeSpan Elapsed
        {
            get
            {
                TimeSpan wall = Stopwatch.GetElapsedTime(_start), cpu = Environment.CpuUsage.TotalTime - _cpu;
                return wall < cpu ? wall : cpu;
            }
        }
    }

    private static List<Diagnostic> Errors(Compilation compilation, SyntaxTree[] trees)
    {
        Diagnostic[] syntax =
        [
            .. trees.SelectMany(t => t.GetDiagnostics()).Where(d => d.Severity == DiagnosticSeverity.Error),
        ];
        return syntax.Length > 0
            ? [.. syntax]
            :
            [
                .. trees
                    .SelectMany(t => compilation.GetSemanticModel(t).GetDiagnostics())
                    .Where(d => d.Severity == DiagnosticSeverity.Error),
            ];
    }
}
