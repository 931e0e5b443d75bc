using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

internal static class AttributeArguments
{
    /// <summary>Where a named argument of an attribute stands.</summary>
    public static LocationInfo LocationOf(AttributeData attribute, string name, AnalysisContext context)
    {
        var syntax = (AttributeSyntax)context.SyntaxOf(attribute.ApplicationSyntaxReference!);
        AttributeArgumentSyntax? argument = syntax.ArgumentList?.Arguments.FirstOrDefault(a =>
            a.NameEquals?.Name.Identifier.ValueText == name);
        return LocationInfo.Of((SyntaxNode?)argument ?? syntax);
    }
}
