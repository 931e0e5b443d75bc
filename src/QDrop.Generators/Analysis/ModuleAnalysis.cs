using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Advice;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Lowering;
using QDrop.Generators.Models;

namespace QDrop.Generators.Analysis;

/// <summary>Reads one module class into values: its declaration, and its <c>forward</c>, lowered.</summary>
internal static class ModuleAnalysis
{
    /// <returns>
    /// What to write, or <see langword="null"/> where the class has no <c>forward</c> of its own or has an error.
    /// </returns>
    public static ModuleInfo? Analyse(INamedTypeSymbol module, bool isModel, AnalysisContext context)
    {
        if (!isModel && !ModuleClass.NeedsTwin(module, context.Torch))
            return null;
        if (ModuleClass.ForwardOf(module, context.Torch) is not { } forward)
            return null;
        CheckPartial(module, context);
        if (MethodBody.Of(forward, context) is not { } body)
            return null;
        var flow = ForwardFlow.Analyse(module, forward, body, context);
        context.Diagnostics.AddRange(flow.Diagnostics);
        if (flow.IsBroken || flow.Diagnostics.Count > 0)
            return null;

        string twin = TwinDeclaration.TwinName(module);
        var taken = new HashSet<string>(TwinDeclaration.ReservedNames(context.Compilation)) { twin, "Descriptor" };
        string modelField = TwinNames.Unique("_model", taken);
        var plan = LoweringPlan.Make(flow, taken, step => KeepsShape(step, module, context));
        UnseenModules.Check(module, flow, context);
        ModuleAdvice.Check(module, flow, plan, context);
        return new ModuleInfo(
            TwinDeclaration.FileName(module),
            TwinDeclaration.Namespace(module),
            TwinDeclaration.Shells(module).ToEquatableArray(),
            module.ToDisplayString(SymbolNames.Qualified),
            module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
            twin,
            ModuleClass.BaseHasTwin(module, context.Torch),
            ModuleClass.HasModelAsBase(module),
            IsBlock(module, flow, isModel),
            new LoweredForward(module, flow, plan, new TwinNames(flow, twin, taken, context.Torch), context).Write(
                modelField));
    }

    private static bool KeepsShape(TensorValue step, INamedTypeSymbol module, AnalysisContext context) =>
        step.Op?.Op.KeepsShape
        ?? (step.Layer is { IsSpread: false } layer
            && context.Layers.KeepsShape(MemberTypes.Of(layer.Module.Operation, module, context)));

    private static void CheckPartial(INamedTypeSymbol module, AnalysisContext context)
    {
        for (INamedTypeSymbol? type = module; type is not null; type = type.ContainingType)
        {
            IEnumerable<TypeDeclarationSyntax> declarations = type
                .DeclaringSyntaxReferences.Select(context.SyntaxOf)
                .OfType<TypeDeclarationSyntax>();
            foreach (TypeDeclarationSyntax? declaration in declarations.Where(d =>
                    !d.Modifiers.Any(SyntaxKind.PartialKeyword)))
                context.Report(Rules.NotPartial, LocationInfo.Of(declaration.Identifier), type.Name, module.Name);
        }
    }

    /// <summary>A model that is one block would be one unit from input to output.</summary>
    private static bool IsBlock(INamedTypeSymbol module, ForwardFlow flow, bool isModel) =>
        QuantizationBlock.Of(module)
        ?? (!isModel && flow.Values.Any(static v => v is { IsJoin: true, AddsBias: false }));
}
