using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
        if (!isModel && !NeedsTwin(module, finding.Torch))
            return null;
        if (ForwardOf(module, finding.Torch) is not { } forward)
            return null;
        CheckPartial(module, finding);
        if (MethodBody.Of(forward, finding) is not { } body)
            return null;
        var flow = ForwardFlow.Analyse(module, forward, body, finding);
        finding.Diagnostics.AddRange(flow.Diagnostics);
        if (flow.IsBroken || flow.Diagnostics.Count > 0)
            return null;

        var twin = TwinName(module);
        var taken = new HashSet<string>(ReservedNames(finding.Compilation)) { twin, "Descriptor" };
        var modelField = TwinNames.Unique("_model", taken);
        var plan = LoweringPlan.Make(flow, taken);
        ModuleAdvice.Check(module, flow, plan, finding);
        var names = new TwinNames(flow, twin, taken, finding.Torch);
        var helpers = new HelperWriter(names, "this." + modelField);
        helpers.WriteCallees(flow.Root);
        var rewriter = new BodyRewriter(flow.Root, names, "this." + modelField);
        var lines = body.Block is { } block ? rewriter.Statements(block) : rewriter.Lines(body.Expression!);
        return new ModuleInfo(
            HintName(module),
            module.ContainingNamespace.IsGlobalNamespace ? "" : module.ContainingNamespace.ToDisplayString(BodyRewriter.Qualified).Replace("global::", ""),
            Shells(module).ToEquatableArray(),
            module.ToDisplayString(BodyRewriter.Qualified),
            module.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
            twin,
            BaseHasTwin(module, finding.Torch),
            HasModelAsBase(module),
            IsBlock(module, flow, isModel),
            new ForwardInfo(
                string.Join(", ", finding.Torch.SignatureOf(module).Select(rewriter.TypeName)),
                finding.Torch.IsUnaryModule(module),
                $"public override {rewriter.TypeName(forward.ReturnType)} forward({rewriter.Parameters(flow.Root)})",
                modelField,
                body.Block is null,
                lines.ToEquatableArray(),
                plan.Chains.Select(c => ToInfo(c, module, names, finding)).ToEquatableArray(),
                helpers.Methods.ToEquatableArray(),
                names.Accessors.Where(a => a.Key is not IFieldSymbol { HasConstantValue: true }).Select(Accessor).ToEquatableArray(),
                names.Captured.Select(c => $"private {((IParameterSymbol)c.Key).Type.ToDisplayString(BodyRewriter.Qualified)} {c.Value} => {TwinNames.Escape(c.Key.Name)};").ToEquatableArray()));
    }

    /// <summary>The <c>forward</c> that runs when a module of this class is called, if its source is known: the class's own or a base class's.</summary>
    public static IMethodSymbol? ForwardOf(INamedTypeSymbol module, TorchTypes torch)
    {
        for (var type = module; type is not null && !type.DeclaringSyntaxReferences.IsEmpty; type = type.BaseType)
        {
            if (OverrideOf(type, torch.SignatureOf(module).Length - 1) is { } forward)
                return forward.IsAbstract ? null : forward;
        }
        return null;
    }

    /// <summary>The class's own override of <c>Module&lt;…&gt;.forward</c>.</summary>
    private static IMethodSymbol? OverrideOf(INamedTypeSymbol type, int inputs) =>
        type.GetMembers("forward").OfType<IMethodSymbol>().FirstOrDefault(m => m.IsOverride && m.Parameters.Length == inputs);

    /// <summary>
    /// Whether modules of a class run other code than those of its base class: its twin then is another, too. Of an abstract class there
    /// are no modules.
    /// </summary>
    private static bool NeedsTwin(INamedTypeSymbol module, TorchTypes torch)
    {
        if (module.IsAbstract || FullPrecision.Holds(module))
            return false;
        if (QuantizationBlock.AttributeOf(module) is not null)
            return true;
        for (var type = module; type is not null && !type.DeclaringSyntaxReferences.IsEmpty; type = type.BaseType)
        {
            if (!SymbolEqualityComparer.Default.Equals(type, module) && !type.IsAbstract)
                return ForwardOf(type, torch) is null;
            if (type.GetMembers().OfType<IMethodSymbol>().Any(m => m.IsOverride && (Matters(m.ReturnType) || m.Parameters.Any(p => Matters(p.Type)))))
                return true;
        }
        return true;

        bool Matters(ITypeSymbol type) => torch.Of(type) != Tensorness.None || torch.IsModuleOrInterface(type);
    }

    /// <summary>How the twin reads a private member of a base class.</summary>
    private static string Accessor(KeyValuePair<ISymbol, string> accessor)
    {
        const string Unsafe = "global::System.Runtime.CompilerServices.UnsafeAccessor";
        var (kind, name, type) = accessor.Key is IFieldSymbol field
            ? ("Field", field.Name, "ref " + field.Type.ToDisplayString(BodyRewriter.Qualified))
            : ("Method", ((IPropertySymbol)accessor.Key).GetMethod!.Name, ((IPropertySymbol)accessor.Key).Type.ToDisplayString(BodyRewriter.Qualified));
        return $"[{Unsafe}({Unsafe}Kind.{kind}, Name = {SymbolDisplay.FormatLiteral(name, quote: true)})]\n"
            + $"private static extern {type} {accessor.Value}({accessor.Key.ContainingType.ToDisplayString(BodyRewriter.Qualified)} model);";
    }

    private static void CheckPartial(INamedTypeSymbol module, Finding finding)
    {
        for (var type = module; type is not null; type = type.ContainingType)
        {
            foreach (var declaration in type.DeclaringSyntaxReferences.Select(finding.SyntaxOf).OfType<TypeDeclarationSyntax>().Where(d => !d.Modifiers.Any(SyntaxKind.PartialKeyword)))
                finding.Report(Rules.NotPartial, LocationInfo.Of(declaration.Identifier), type.Name, module.Name);
        }
    }

    /// <summary>A model that is one block would be one unit from input to output.</summary>
    private static bool IsBlock(INamedTypeSymbol module, ForwardFlow flow, bool isModel) =>
        QuantizationBlock.Of(module) ?? (!isModel && flow.Values.Any(v => v.IsJoin));

    private static ChainInfo ToInfo(Chain chain, INamedTypeSymbol module, TwinNames names, Finding finding)
    {
        var usesModel = false;
        var steps = new List<StepInfo>();
        foreach (var step in chain.Steps)
        {
            var code = BodyRewriter.Step(step, names, "model");
            usesModel |= code.UsesSelf;
            var type = step.Layer is { IsSpread: false } layer ? MemberTypes.Of(layer.Module.Operation, module, finding) : step.Layer?.Type;
            var isFloat = step.Layer is { } called && FullPrecision.Holds(called.Module.Operation, called.Type);
            var isBlock = step.Layer is { } marked && ModulePlaces.HolderOf(marked.Module.Operation) is { } holder ? QuantizationBlock.OfMember(holder) : null;
            steps.Add(new StepInfo(step.Layer?.Name ?? step.Op!.Op.Name, isFloat, isBlock, type?.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), code.Text));
        }
        return new ChainInfo(chain.Name, chain.IsDynamic ? "" : chain.Field, chain.Feeds, usesModel, chain.IsComputed ? chain.Within ?? chain.Head.Op!.Op.Name : null, steps.ToEquatableArray(),
            chain.IsCall ? new BodyRewriter(chain.Head.Frame, names, "model").CallTypes(chain) : null);
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
            taken.AddRange(type.GetMembers().Select(m => m.Name));
        var name = "Quantized";
        for (var i = 2; taken.Contains(name); i++)
            name = $"Quantized{i}";
        return name;
    }

    private static bool HasModelAsBase(INamedTypeSymbol module)
    {
        for (var type = module.BaseType; type is not null; type = type.BaseType)
        {
            if (IsModel(type))
                return true;
        }
        return false;
    }

    private static bool IsModel(INamedTypeSymbol type) => type.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == "QDrop.QuantizeAttribute");

    private static bool BaseHasTwin(INamedTypeSymbol module, TorchTypes torch)
    {
        for (var type = module.BaseType; type is not null && type.DeclaringSyntaxReferences.Length > 0; type = type.BaseType)
        {
            if (ForwardOf(type, torch) is not null && (IsModel(type) || NeedsTwin(type.OriginalDefinition, torch)))
                return true;
        }
        return false;
    }

    /// <summary>Names that a field of a twin must not hide.</summary>
    private static IEnumerable<string> ReservedNames(Compilation compilation)
    {
        for (var type = compilation.GetTypeByMetadataName("QDrop.QuantizedModule`2"); type is not null; type = type.BaseType)
        {
            foreach (var member in type.GetMembers().Where(m => m.DeclaredAccessibility != Accessibility.Private))
                yield return member.Name;
        }
    }
}
