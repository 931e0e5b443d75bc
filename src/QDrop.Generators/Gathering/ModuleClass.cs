using Microsoft.CodeAnalysis;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Gathering;

/// <summary>Which <c>forward</c> a module class runs, and whether it needs a twin.</summary>
internal static class ModuleClass
{
    /// <summary>
    /// Gets the <c>forward</c> that runs when a module of this class is called, its own or that of a base class, or the
    /// <c>call</c> of a class that implements <c>IModule&lt;…&gt;</c> itself; <see langword="null"/> if its source is
    /// not known.
    /// </summary>
    public static IMethodSymbol? ForwardOf(INamedTypeSymbol module, TorchTypes torch)
    {
        for (INamedTypeSymbol? type = module;
            type is not null && !type.DeclaringSyntaxReferences.IsEmpty;
            type = type.BaseType)
        {
            if (OverrideOf(type, torch.SignatureOf(module).Length - 1) is { } forward)
                return forward.IsAbstract ? null : forward;
        }
        return module.AllInterfaces.FirstOrDefault(torch.IsForwardType) is { } own
            && own.GetMembers("call").OfType<IMethodSymbol>().FirstOrDefault() is { } call
            && module.FindImplementationForInterfaceMember(call) is IMethodSymbol implementation
            && VirtualMethods.LastOverride(implementation, module)
                is { IsAbstract: false, DeclaringSyntaxReferences.Length: > 0 } found
            ? found
            : null;
    }

    /// <summary>The class's own override of <c>Module&lt;…&gt;.forward</c>.</summary>
    private static IMethodSymbol? OverrideOf(INamedTypeSymbol type, int inputs) =>
        type.GetMembers("forward")
            .OfType<IMethodSymbol>()
            .FirstOrDefault(m => m.IsOverride && m.Parameters.Length == inputs);

    /// <summary>
    /// Tells whether modules of a class run other code than those of its base class, and need another twin. There are
    /// no modules of an abstract class.
    /// </summary>
    public static bool NeedsTwin(INamedTypeSymbol module, TorchTypes torch)
    {
        if (module.IsAbstract || FullPrecision.Holds(module))
            return false;
        if (QuantizationBlock.AttributeOf(module) is not null)
            return true;
        for (INamedTypeSymbol? type = module;
            type is not null && !type.DeclaringSyntaxReferences.IsEmpty;
            type = type.BaseType)
        {
            if (!SymbolEqualityComparer.Default.Equals(type, module) && !type.IsAbstract)
                return ForwardOf(type, torch) is not { } inherited
                    || !SymbolEqualityComparer.Default.Equals(inherited, ForwardOf(module, torch));
            if (type.GetMembers()
                    .OfType<IMethodSymbol>()
                    .Any(m => m.IsOverride && (Matters(m.ReturnType) || m.Parameters.Any(p => Matters(p.Type)))))
                return true;
        }
        return true;

        bool Matters(ITypeSymbol type) => torch.Of(type) != Tensorness.None || torch.IsModuleOrInterface(type);
    }

    /// <summary>Whether a base class is a model.</summary>
    public static bool HasModelAsBase(INamedTypeSymbol module)
    {
        for (INamedTypeSymbol? type = module.BaseType; type is not null; type = type.BaseType)
        {
            if (IsModel(type))
                return true;
        }
        return false;
    }

    private static bool IsModel(INamedTypeSymbol type) =>
        type.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == AttributeNames.Quantize);

    /// <summary>Whether a base class has a twin.</summary>
    public static bool BaseHasTwin(INamedTypeSymbol module, TorchTypes torch)
    {
        for (INamedTypeSymbol? type = module.BaseType;
            type is not null && type.DeclaringSyntaxReferences.Length > 0;
            type = type.BaseType)
        {
            if (ForwardOf(type, torch) is not null && (IsModel(type) || NeedsTwin(type.OriginalDefinition, torch)))
                return true;
        }
        return false;
    }
}
