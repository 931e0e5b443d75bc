using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>
/// What the generator reports, besides the analyzer. What both report is the same diagnostic, which the compiler prints
/// once.
/// </summary>
internal readonly record struct Reporting(bool Errors, bool Others)
{
    /// <summary>
    /// Set by the package's targets: <c>errors</c> in a build, <c>all</c> where no analyzer runs, nothing in an editor.
    /// </summary>
    private const string Option = "build_property._QDropGeneratorReports";

    public static Reporting Read(AnalyzerConfigOptions options) =>
        options.TryGetValue(Option, out string? value)
            ? new Reporting(value is "errors" or "all", value is "all")
            : default;

    public bool Includes(DiagnosticInfo diagnostic) =>
        Rules.ById(diagnostic.Id).DefaultSeverity == DiagnosticSeverity.Error ? Errors : Others;
}
