using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Mappings;

namespace QDrop.CodeFixes;

/// <summary>
/// Makes a model of TorchVision by the class of QDrop.Models that has its source, where that package is referenced.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseModelFix)), Shared]
public sealed class UseModelFix : SourceFix
{
    /// <summary>TorchVision's parameters that the classes of QDrop.Models have, too.</summary>
    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["num_classes"] = "classes",
        ["numClasses"] = "classes",
        ["dropout"] = "dropout",
        ["transform_input"] = "transformsInput",
        ["width_mult"] = "width",
    };

    /// <inheritdoc/>
    private protected override ImmutableArray<DiagnosticDescriptor> FixedRules => [Rules.UnseenModule];

    /// <inheritdoc/>
    private protected override string Title(Diagnostic diagnostic) =>
        $"Use {TorchVisionModels.Namespace}.{diagnostic.Properties[FixData.Model]}";

    /// <inheritdoc/>
    internal override async Task<IReadOnlyList<FileChange>> ChangesAsync(
        Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? semantics = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root is null
            || semantics is null
            || !diagnostic.Properties.TryGetValue(FixData.Model, out string? name)
            || semantics.Compilation.GetTypeByMetadataName($"{TorchVisionModels.Namespace}.{name}") is not { } model
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)
                is not ExpressionSyntax value
            || ArgumentsOf(value, model, semantics, cancellation) is not { } arguments)
        {
            return [];
        }
        var change = new FileChange(
            document.Id, new TextChange(value.Span, $"new {Name(model, value, semantics)}({arguments})"));
        if (Declared(value, semantics, cancellation) is not { } declared)
            return [change];
        if (!declared.IsOwn
            || document.Project.Solution.GetDocument(declared.Type.SyntaxTree) is not { } home
            || await home.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } there)
        {
            return [];
        }
        string type = Name(model, declared.Type, there);
        return [new FileChange(home.Id, new TextChange(declared.Type.Span, type)), change];
    }

    /// <summary>The same arguments, by name; <see langword="null"/> if the model has no parameter for one.</summary>
    private static string? ArgumentsOf(
        ExpressionSyntax value, INamedTypeSymbol model, SemanticModel semantics, CancellationToken cancellation)
    {
        SeparatedSyntaxList<ArgumentSyntax> given = value switch
        {
            InvocationExpressionSyntax call => call.ArgumentList.Arguments,
            BaseObjectCreationExpressionSyntax { Initializer: null, ArgumentList: { } list } => list.Arguments,
            _ => default,
        };
        if (semantics.GetSymbolInfo(value, cancellation).Symbol is not IMethodSymbol maker)
            return null;
        var arguments = new List<string>();
        for (int i = 0; i < given.Count; i++)
        {
            string name = given[i].NameColon?.Name.Identifier.ValueText ?? maker.Parameters[i].Name;
            if (!Parameters.TryGetValue(name, out string? parameter) || !HasParameter(model, parameter))
                return null;
            arguments.Add($"{parameter}: {given[i].Expression}");
        }
        return string.Join(", ", arguments);
    }

    private static bool HasParameter(INamedTypeSymbol model, string name) =>
        model.InstanceConstructors.Any(c => c.Parameters.Any(p => p.Name == name));

    /// <summary>
    /// Where the member that is set is declared with TorchVision's class; <see langword="null"/> if it is declared with
    /// a type that all modules have.
    /// </summary>
    private static (TypeSyntax Type, bool IsOwn)? Declared(
        ExpressionSyntax value, SemanticModel semantics, CancellationToken cancellation)
    {
        ISymbol? member = value.Parent switch
        {
            AssignmentExpressionSyntax assignment => semantics.GetSymbolInfo(assignment.Left, cancellation).Symbol,
            EqualsValueClauseSyntax { Parent: { } declarator } => semantics.GetDeclaredSymbol(declarator, cancellation),
            _ => null,
        };
        TypeSyntax? type = member?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax fields } => fields.Type,
            PropertyDeclarationSyntax property => property.Type,
            _ => null,
        };
        ITypeSymbol? declared = (member as IFieldSymbol)?.Type ?? (member as IPropertySymbol)?.Type;
        return type is null || declared?.ContainingAssembly?.Name != TorchVisionModels.Package
            ? null
            : (type, type.Parent is not VariableDeclarationSyntax { Variables.Count: > 1 });
    }

    private static string Name(INamedTypeSymbol model, SyntaxNode place, SemanticModel semantics) =>
        semantics.LookupNamespacesAndTypes(place.SpanStart, name: model.Name) is [var known]
        && SymbolEqualityComparer.Default.Equals(known, model)
            ? model.Name
            : $"global::{TorchVisionModels.Namespace}.{model.Name}";
}
