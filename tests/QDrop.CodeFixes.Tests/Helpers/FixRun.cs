using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators;
using QDrop.Generators.Analysis;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.CodeFixes.Tests.Helpers;

/// <summary>Fixes, as an editor applies them, in a workspace that runs the generator and the analyzer.</summary>
internal sealed class FixRun : IDisposable
{
    private readonly AdhocWorkspace _workspace = new();

    private FixRun(Solution solution) => Solution = solution;

    public static ImmutableArray<SourceFix> Fixes { get; } = [.. typeof(SourceFix).Assembly.GetTypes()
        .Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(SourceFix)))
        .OrderBy(t => t.Name, StringComparer.Ordinal)
        .Select(t => (SourceFix)Activator.CreateInstance(t)!)];

    public Solution Solution { get; private set; }

    /// <summary>A project with these files.</summary>
    public static FixRun Of(params IEnumerable<(string Path, string Source)> files)
    {
        CSharpCompilation like = GeneratorRun.Compile([]);
        var run = new FixRun(null!);
        var project = ProjectId.CreateNewId();
        Solution solution = run._workspace.CurrentSolution.AddProject(ProjectInfo.Create(
            project, VersionStamp.Default, "Models", "Models", LanguageNames.CSharp,
            compilationOptions: like.Options,
            parseOptions: GeneratorRun.ParseOptions,
            metadataReferences: like.References,
            analyzerReferences: [new OurAnalyzers()]));
        foreach ((string path, string source) in files)
            solution = solution.AddDocument(
                DocumentId.CreateNewId(project), path, SourceText.From(source), filePath: path);
        run.Solution = solution;
        return run;
    }

    /// <summary>What the analyzer says now.</summary>
    public async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync()
    {
        Compilation compilation = (await Solution.Projects.Single().GetCompilationAsync())!;
        return await GeneratorRun.Analyze(compilation).GetAnalyzerDiagnosticsAsync();
    }

    /// <summary>What the compiler says now, apart from what generated code would solve.</summary>
    public async Task<ImmutableArray<Diagnostic>> ErrorsAsync() =>
        [
            .. (await Solution.Projects.Single().GetCompilationAsync())!
                .GetDiagnostics()
                .Where(d => d.DefaultSeverity == DiagnosticSeverity.Error),
        ];

    /// <summary>What an editor offers for a diagnostic.</summary>
    public async Task<ImmutableArray<CodeAction>> OffersAsync(Diagnostic diagnostic)
    {
        Document document = Solution.GetDocument(diagnostic.Location.SourceTree)!;
        ImmutableArray<CodeAction>.Builder offers = ImmutableArray.CreateBuilder<CodeAction>();
        foreach (SourceFix fix in Fixes.Where(f => f.FixableDiagnosticIds.Contains(diagnostic.Id)))
            await fix.RegisterCodeFixesAsync(
                new CodeFixContext(document, diagnostic, (action, _) => offers.Add(action), default));
        return offers.ToImmutable();
    }

    /// <summary>Applies one offer.</summary>
    public async Task ApplyAsync(CodeAction offer)
    {
        ImmutableArray<CodeActionOperation> operations = await offer.GetOperationsAsync(default);
        Solution = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
    }

    /// <summary>Goes back to a solution from before.</summary>
    public void Reset(Solution solution) => Solution = solution;

    /// <summary>Fixes everything in the solution that one fix knows of.</summary>
    /// <returns>Whether there was anything to fix.</returns>
    public async Task<bool> ApplyAllAsync(SourceFix fix, FixAllScope scope = FixAllScope.Solution)
    {
        ImmutableArray<Diagnostic> diagnostics =
        [
            .. (await DiagnosticsAsync()).Where(d => fix.FixableDiagnosticIds.Contains(d.Id)),
        ];
        Document document = Solution.Projects.Single().Documents.First();
        var context = new FixAllContext(
            document, fix, scope, fix.Key, fix.FixableDiagnosticIds, new Known(diagnostics), default);
        if (await fix.GetFixAllProvider().GetFixAsync(context) is not { } action)
            return false;
        await ApplyAsync(action);
        return true;
    }

    /// <summary>The text of a file now.</summary>
    public async Task<string> TextAsync(string path = "Model.cs") =>
        (await Solution.Projects.Single().Documents.Single(d => d.FilePath == path).GetTextAsync()).ToString();

    public void Dispose() => _workspace.Dispose();

    private sealed class Known(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(
            Project project,
            CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(
            Document document, CancellationToken cancellationToken)
        {
            SyntaxTree? tree = await document.GetSyntaxTreeAsync(cancellationToken);
            return diagnostics.Where(d => d.Location.SourceTree == tree);
        }

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(
            Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }

    private sealed class OurAnalyzers : AnalyzerReference
    {
        private readonly ImmutableArray<DiagnosticAnalyzer> _analyzers = [new QuantizationAnalyzer()];
        private readonly ImmutableArray<ISourceGenerator> _generators =
        [
            new QuantizedModelGenerator().AsSourceGenerator(),
        ];

        public override string? FullPath => null;

        public override object Id => nameof(OurAnalyzers);

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzers(string language) => _analyzers;

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzersForAllLanguages() => [];

        public override ImmutableArray<ISourceGenerator> GetGenerators(string language) => _generators;
    }
}
