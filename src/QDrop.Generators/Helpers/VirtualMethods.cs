using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Helpers;

/// <summary>Which method runs when a virtual one is called.</summary>
internal static class VirtualMethods
{
    /// <summary>Gets what runs when a method is called on an object of a class.</summary>
    /// <param name="method">The method that the call names.</param>
    /// <param name="type">The object's class.</param>
    /// <param name="isBase">Whether the call is by <c>base</c>, so that overrides do not count.</param>
    public static IMethodSymbol LastOverride(IMethodSymbol method, INamedTypeSymbol type, bool isBase = false)
    {
        for (INamedTypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            foreach (IMethodSymbol member in at.GetMembers(method.Name).OfType<IMethodSymbol>())
            {
                if (IsSame(member, method) || (!isBase && Overrides(member, method)))
                    return member;
            }
        }
        return method;
    }

    /// <summary>Tells whether a method overrides another one, or an override of it.</summary>
    public static bool Overrides(IMethodSymbol member, IMethodSymbol method)
    {
        for (IMethodSymbol? overridden = member.OverriddenMethod;
            overridden is not null;
            overridden = overridden.OverriddenMethod)
        {
            if (IsSame(overridden, method))
                return true;
        }
        return false;
    }

    private static bool IsSame(IMethodSymbol one, IMethodSymbol other) =>
        SymbolEqualityComparer.Default.Equals(one.OriginalDefinition, other.OriginalDefinition);
}
