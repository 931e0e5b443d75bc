using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Lowering;

/// <content>Names: the user's <c>using</c>s do not reach the generated file, and its <c>this</c> is another
/// object.</content>
internal sealed partial class BodyRewriter
{
    private string Name(SimpleNameSyntax name)
    {
        if (!IsBoundByItself(name) || name is IdentifierNameSyntax { IsVar: true })
            return Children(name);
        return _semantics.GetSymbolInfo(name).Symbol switch
        {
            // Tensor → global::TorchSharp.torch.Tensor
            ITypeSymbol type and not ITypeParameterSymbol => TypeName(type),
            ITypeParameterSymbol parameter => frame.Types.Apply(parameter) is var type && type is ITypeParameterSymbol
                ? Children(name)
                : TypeName(type.WithNullableAnnotation(NullableAnnotation.None)),
            IMethodSymbol { MethodKind: MethodKind.Constructor } constructor => TypeName(constructor.ContainingType),
            INamespaceSymbol { IsGlobalNamespace: false } @namespace => @namespace.ToDisplayString(
                SymbolNames.Qualified),
            // relu → global::TorchSharp.torch.nn.functional.relu
            IMethodSymbol { MethodKind: MethodKind.LocalFunction } => Children(name),
            IFieldSymbol { HasConstantValue: true } constant when names.AccessorOf(constant) is not null => Constant(
                constant),
            ISymbol { IsStatic: true, ContainingType: { } type } => $"{TypeName(type)}.{Children(name)}",
            // slope, where it is a parameter of the class → this._model.Quantized_slope
            IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } captured =>
                $"{Self()}.{names.CaptureOf(captured)}",
            // width → this._model.width, or what reads it where it is private
            IFieldSymbol or IPropertySymbol when Accessor(name, null) is { } accessor => accessor,
            IFieldSymbol or IPropertySymbol or IMethodSymbol or IEventSymbol => $"{Self()}.{Children(name)}",
            _ => Children(name),
        };
    }

    /// <summary>How a type is written, with what type parameters stand for.</summary>
    public string TypeName(ITypeSymbol type) => frame.Types.Apply(type).ToDisplayString(SymbolNames.Qualified);

    /// <summary><c>width</c> or <c>this.width</c>, private to a base class → <c>Base_width(this._model)</c>.</summary>
    private string? Accessor(SyntaxNode member, ExpressionSyntax? instance)
    {
        if (_semantics.GetSymbolInfo(member).Symbol is not { Kind: SymbolKind.Field or SymbolKind.Property } symbol
            || names.AccessorOf(symbol) is not { } accessor)
            return null;
        return symbol is IFieldSymbol { HasConstantValue: true } constant
            ? Constant(constant)
            : $"{accessor}({(instance is null ? Self() : Text(instance))})";
    }

    private static string Constant(IFieldSymbol constant)
    {
        string type = constant.Type.ToDisplayString(SymbolNames.Qualified);
        return constant.ConstantValue is null
            ? $"default({type})"
            : $"(({type})({Literal(constant.ConstantValue)}))";
    }

    /// <summary>Whether nothing to the left of a name says what it belongs to.</summary>
    private static bool IsBoundByItself(SimpleNameSyntax name) =>
        name.Parent switch
        {
            // is { Inner.Width: 2 }
            MemberAccessExpressionSyntax access => access.Expression == name
                && access.AncestorsAndSelf().SkipWhile(static n => n is MemberAccessExpressionSyntax).First()
                    is not ExpressionColonSyntax,
            QualifiedNameSyntax qualified => qualified.Left == name,
            AliasQualifiedNameSyntax
            or MemberBindingExpressionSyntax
            or NameColonSyntax
            or ExpressionColonSyntax
            or NameEqualsSyntax => false,
            AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax initializer } assignment => assignment.Left
                != name
                || !(initializer.IsKind(SyntaxKind.ObjectInitializerExpression)
                    || initializer.IsKind(SyntaxKind.WithInitializerExpression)),
            _ => true,
        };

    /// <summary>
    /// A colon in an interpolation begins a format: <c>{Name}</c> → <c>{(global::Models.Net.Name)}</c>.
    /// </summary>
    private string Interpolation(InterpolationSyntax interpolation)
    {
        string code = Text(interpolation.Expression);
        return "{"
            + (code.Contains("::") ? $"({code})" : code)
            + (interpolation.AlignmentClause is { } alignment ? Text(alignment) : "")
            + interpolation.FormatClause
            + "}";
    }

    private string Invocation(InvocationExpressionSyntax invocation)
    {
        // nameof(x) → "x"
        if (invocation.Expression is IdentifierNameSyntax { Identifier.ValueText: "nameof" }
            && _semantics.GetConstantValue(invocation) is { HasValue: true, Value: string constant })
            return SymbolDisplay.FormatLiteral(constant, quote: true);

        // no_grad() → global::QDrop.CompilerServices.GradientMode.no_grad()
        if (_semantics.GetSymbolInfo(invocation).Symbol is IMethodSymbol
            {
                Name: "no_grad" or "enable_grad" or "set_grad_enabled" or "inference_mode",
                ContainingType: var declaring,
            } mode
            && declaring.ToDisplayString() == "TorchSharp.torch")
            return $"{Services}GradientMode.{mode.Name}({Arguments(invocation.ArgumentList)})";

        // shape.Last() → global::System.Linq.Enumerable.Last<long>(shape)
        if (invocation.Expression is MemberAccessExpressionSyntax access
            && _semantics.GetSymbolInfo(invocation).Symbol is IMethodSymbol { ReducedFrom: { } extension } method)
        {
            string types =
                method.TypeArguments.Length > 0 ? $"<{string.Join(", ", method.TypeArguments.Select(TypeName))}>" : "";
            string following = Arguments(invocation.ArgumentList);
            string type = extension.ContainingType.ToDisplayString(SymbolNames.Qualified);
            string separator = following.Length > 0 ? ", " : "";
            return $"{type}.{extension.Name}{types}({Text(access.Expression)}{separator}{following})";
        }
        return Children(invocation);
    }

    private static string Literal(object constant) =>
        SymbolDisplay.FormatPrimitive(constant, quoteStrings: true, useHexadecimalNumbers: false);
}
