using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Advice;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;
using QDrop.Generators.Lowering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>Reads one module class into values: its shell, and its <c>forward</c>, lowered.</summary>
internal static class ModuleGatherer
{
    /// <returns>What to write, or <see langword="null"/> where the class has no <c>forward</c> of its own or a diagnostic stands against it.</returns>
    public static ModuleInfo? Gather(INamedTypeSymbol module, bool isModel, Finding finding)
    {
        if (ForwardOf(module, finding.Torch) is not { } forward)
            return null;
        CheckPartial(module, finding);

        var declaration = finding.SyntaxOf(forward.DeclaringSyntaxReferences[0]) as MethodDeclarationSyntax;
        // What the compiler cannot read, it reports itself.
        if (declaration is null || declaration.GetDiagnostics().Any(d => d.Severity == DiagnosticSeverity.Error) || !CheckSyntax(declaration, module, finding))
            return null;
        var semantics = finding.SemanticsOf(declaration.SyntaxTree);
        if (finding.OperationOf(declaration) is not IMethodBodyBaseOperation body)
            return null;
        var flow = ForwardFlow.Analyse(module, forward, body, finding.Torch, finding.Ops, finding.Cancellation);
        finding.Diagnostics.AddRange(flow.Diagnostics);
        if (flow.IsBroken || flow.Diagnostics.Count > 0)
            return null;

        var taken = new HashSet<string>(ReservedNames(finding.Compilation));
        var modelField = Unique("_model", taken);
        var plan = LoweringPlan.Make(flow, taken);
        ModuleAdvice.Check(module, flow, plan, finding);
        var inPlace = new HashSet<SyntaxNode>(flow.InPlaceStatements.Select(o => o.Syntax));
        var rewriter = new BodyRewriter(semantics, plan.Places, inPlace, "this." + modelField);
        var lines = declaration.Body is { } block ? rewriter.Statements(block) : rewriter.Lines(declaration.ExpressionBody!.Expression);
        var parameter = forward.Parameters[0].Name;
        return new ModuleInfo(
            HintName(module),
            module.ContainingNamespace.IsGlobalNamespace ? "" : module.ContainingNamespace.ToDisplayString(BodyRewriter.Qualified).Replace("global::", ""),
            Shells(module).ToEquatableArray(),
            module.ToDisplayString(BodyRewriter.Qualified),
            module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
            TwinName(module),
            BaseHasTwin(module, finding.Torch),
            IsBlock(module, flow, isModel),
            new ForwardInfo(
                SyntaxFacts.GetKeywordKind(parameter) == SyntaxKind.None ? parameter : "@" + parameter,
                modelField,
                declaration.Body is null,
                lines.ToEquatableArray(),
                plan.Chains.Select(c => ToInfo(c, module, semantics, finding)).ToEquatableArray()));
    }

    /// <summary>The class's own override of <c>Module&lt;Tensor, Tensor&gt;.forward</c>.</summary>
    public static IMethodSymbol? ForwardOf(INamedTypeSymbol module, TorchTypes torch) => module.GetMembers("forward").OfType<IMethodSymbol>().FirstOrDefault(m =>
        m is { IsOverride: true, IsAbstract: false, Parameters.Length: 1 } && torch.IsTensor(m.ReturnType) && torch.IsTensor(m.Parameters[0].Type));

    private static void CheckPartial(INamedTypeSymbol module, Finding finding)
    {
        for (var type = module; type is not null; type = type.ContainingType)
        {
            foreach (var declaration in type.DeclaringSyntaxReferences.Select(finding.SyntaxOf).OfType<TypeDeclarationSyntax>().Where(d => !d.Modifiers.Any(SyntaxKind.PartialKeyword)))
                finding.Report(Rules.NotPartial, LocationInfo.Of(declaration.Identifier), type.Name, module.Name);
        }
    }

    /// <summary>What cannot be carried to another class whatever it means.</summary>
    private static bool CheckSyntax(MethodDeclarationSyntax forward, INamedTypeSymbol module, Finding finding)
    {
        var before = finding.Diagnostics.Count;
        foreach (var modifier in forward.Modifiers.Where(m => m.IsKind(SyntaxKind.UnsafeKeyword)))
            finding.Report(Rules.NotAnalysable, LocationInfo.Of(modifier), module.Name, "unsafe code; use spans");
        foreach (var node in forward.DescendantNodes())
        {
            var reason = node switch
            {
                BaseExpressionSyntax => "'base' means another class in the quantized twin; call the member without it",
                QueryExpressionSyntax => "a query expression; call Select, Where and the like instead",
                UnsafeStatementSyntax or FixedStatementSyntax => "unsafe code; use spans",
                YieldStatementSyntax => "yield",
                _ => null,
            };
            if (reason is not null)
                finding.Report(Rules.NotAnalysable, LocationInfo.Of(node), module.Name, reason);
        }
        return finding.Diagnostics.Count == before;
    }

    private static bool IsBlock(INamedTypeSymbol module, ForwardFlow flow, bool isModel)
    {
        var attribute = module.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == "QDrop.QuantizationBlockAttribute");
        if (attribute is not null)
            return attribute.ConstructorArguments.Length == 0 || attribute.ConstructorArguments[0].Value is not false;
        // A model that is one block would be one unit from input to output.
        return !isModel && flow.Values.Any(v => v.IsJoin);
    }

    private static ChainInfo ToInfo(Chain chain, INamedTypeSymbol module, SemanticModel semantics, Finding finding)
    {
        var usesModel = false;
        var steps = new List<StepInfo>();
        foreach (var step in chain.Steps)
        {
            var code = BodyRewriter.Step(semantics, step, "model");
            usesModel |= code.UsesSelf;
            var type = step.Layer is { IsSpread: false } layer ? MemberTypes.Of(layer.Receiver, module, finding) : step.Layer?.Type;
            steps.Add(new StepInfo(step.Layer?.Name ?? step.Op!.Op.Name, type?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), code.Text));
        }
        return new ChainInfo(chain.Name, chain.IsDynamic ? "" : chain.Field, chain.Feeds, usesModel, chain.IsComputed ? chain.Head.Op!.Op.Name : null, steps.ToEquatableArray());
    }

    private static IEnumerable<string> Shells(INamedTypeSymbol type)
    {
        var shell = $"partial {Keyword(type)} {type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat).Split('.').Last()}";
        return type.ContainingType is { } outer ? [.. Shells(outer), shell] : [shell];
    }

    private static string Keyword(INamedTypeSymbol type) => (type.IsRecord, type.TypeKind) switch
    {
        (true, TypeKind.Struct) => "record struct",
        (true, _) => "record",
        (_, TypeKind.Struct) => "struct",
        (_, TypeKind.Interface) => "interface",
        _ => "class",
    };

    /// <summary>One file name for each class, whatever its nesting and type parameters.</summary>
    private static string HintName(INamedTypeSymbol type) => QuantizedModelGenerator.FileName(ModelGatherer.FullName(type).Replace('+', '.').Replace('`', '-'));

    private static string TwinName(INamedTypeSymbol module)
    {
        var taken = new List<string> { module.Name };
        taken.AddRange(module.TypeParameters.Select(p => p.Name));
        for (var type = module; type is not null; type = type.BaseType)
            taken.AddRange(type.MemberNames);
        return Unique("Quantized", taken);
    }

    private static bool BaseHasTwin(INamedTypeSymbol module, TorchTypes torch)
    {
        for (var type = module.BaseType; type is not null && type.DeclaringSyntaxReferences.Length > 0; type = type.BaseType)
        {
            if (ForwardOf(type.OriginalDefinition, torch) is not null)
                return true;
        }
        return false;
    }

    /// <summary>Names that a field of a twin must not hide.</summary>
    private static IEnumerable<string> ReservedNames(Compilation compilation)
    {
        for (var type = compilation.GetTypeByMetadataName("QDrop.Modules.QuantizedModule`2"); type is not null; type = type.BaseType)
        {
            foreach (var member in type.GetMembers().Where(m => m.DeclaredAccessibility != Accessibility.Private))
                yield return member.Name;
        }
    }

    private static string Unique(string name, ICollection<string> taken)
    {
        var unique = name;
        for (var i = 2; taken.Contains(unique); i++)
            unique = name + i;
        taken.Add(unique);
        return unique;
    }
}
