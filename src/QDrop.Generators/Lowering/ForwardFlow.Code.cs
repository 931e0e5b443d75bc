using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;

namespace QDrop.Generators.Lowering;

/// <content>What cannot be carried to another class whatever it means, and what the other class cannot reach.</content>
internal sealed partial class ForwardFlow
{
    private readonly HashSet<MethodBody> _carried = [];
    private readonly HashSet<MethodBody> _uncarried = [];
    private HashSet<ISymbol>? _written;

    /// <summary>Parameters of the class's primary constructor that the code reads.</summary>
    public HashSet<IParameterSymbol> Captured { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Private members of base classes that the code reads.</summary>
    public HashSet<ISymbol> Inaccessible { get; } = new(SymbolEqualityComparer.Default);

    private bool CheckCode(MethodBody body)
    {
        if (_carried.Contains(body) || _uncarried.Contains(body))
            return _carried.Contains(body);
        int before = _diagnostics.Count;
        CheckSyntax(body.Declaration);
        foreach (IOperation operation in body.Operations)
        {
            CheckCaptured(operation, body);
            CheckBase(operation);
            CheckAccess(operation, body);
        }
        return (_diagnostics.Count == before ? _carried : _uncarried).Add(body) && _diagnostics.Count == before;
    }

    private void CheckSyntax(SyntaxNode declaration)
    {
        if (declaration is MemberDeclarationSyntax member)
        {
            foreach (SyntaxToken modifier in member.Modifiers.Where(m => m.IsKind(SyntaxKind.UnsafeKeyword)))
                Report(Rules.NotAnalysable, declaration, _model.Name, "unsafe code; use spans");
        }
        foreach (SyntaxNode node in declaration.DescendantNodes())
        {
            string? reason = node switch
            {
                QueryExpressionSyntax => "a query expression; call Select, Where and the like instead",
                UnsafeStatementSyntax or FixedStatementSyntax => "unsafe code; use spans",
                YieldStatementSyntax => "yield",
                _ => null,
            };
            if (reason is not null)
                Report(Rules.NotAnalysable, node, _model.Name, reason);
        }
    }

    private void CheckCaptured(IOperation operation, MethodBody body)
    {
        if (operation
            is not IParameterReferenceOperation
            {
                Parameter:
                { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor } parameter
            })
            return;
        if (!SymbolEqualityComparer.Default.Equals(constructor.ContainingType, _model))
            CannotAnalyse(
                operation,
                $"'{parameter.Name}' is a parameter of the class '{constructor.ContainingType.Name}', which the "
                    + $"quantized twin of '{_model.Name}' cannot read; keep it in a field or a property");
        else if (body.Assigns(parameter) || parameter.RefKind != RefKind.None)
            CannotAnalyse(
                operation,
                $"'{parameter.Name}' is a parameter of the class that changes while forward runs; keep it in a field "
                    + "or a property");
        else
            Captured.Add(parameter);
    }

    /// <summary>
    /// <c>base</c> means another class in the twin: what is not followed must be the same without it.
    /// </summary>
    private void CheckBase(IOperation operation)
    {
        (IOperation? instance, ISymbol? member) = operation switch
        {
            IInvocationOperation call => (call.Instance, (ISymbol)call.TargetMethod),
            IMemberReferenceOperation reference => (reference.Instance, reference.Member),
            _ => (null, null!),
        };
        if (instance is null
            || !IsBase(instance)
            || (operation is IInvocationOperation followed && HelperOf(followed) is not null))
            return;
        if ((member.IsVirtual || member.IsOverride || member.IsAbstract) && MayBeOverridden(member))
            CannotAnalyse(
                operation,
                $"'{operation.Syntax}' skips an override, which the quantized twin cannot; call the member without "
                    + "'base'");
    }

    /// <summary>Whether the model, or a class that may yet derive from it, overrides what a base class has.</summary>
    private bool MayBeOverridden(ISymbol member)
    {
        INamedTypeSymbol self = SelfType(_frame);
        if (!self.IsSealed)
            return true;
        for (INamedTypeSymbol? type = self;
            type is not null
                && !SymbolEqualityComparer.Default.Equals(
                    type.OriginalDefinition, member.ContainingType.OriginalDefinition);
            type = type.BaseType)
        {
            if (type.GetMembers(member.Name).Any(m => m.IsOverride))
                return true;
        }
        return false;
    }

    private void CheckAccess(IOperation operation, MethodBody body)
    {
        if (SymbolEqualityComparer.Default.Equals(body.Method.ContainingType, _model))
            return;
        switch (operation)
        {
            case IInvocationOperation call when HelperOf(call) is null:
                Check(call.TargetMethod);
                break;
            case IMemberReferenceOperation reference
                when reference is not IMethodReferenceOperation && !IsFollowedGetter(reference):
                Check(reference.Member);
                break;
            case IObjectCreationOperation or ITypeOfOperation or IVariableDeclaratorOperation or IConversionOperation
                or IDeclarationPatternOperation:
                ITypeSymbol? type = operation is IVariableDeclaratorOperation declarator
                    ? declarator.Symbol.Type
                    : operation.Type;
                if (type is INamedTypeSymbol named
                    && !_compilation.IsSymbolAccessibleWithin(_frame.Types.Apply(named), _model))
                    Refuse(named);
                break;
        }

        void Check(ISymbol member)
        {
            bool isHidden =
                member is { IsStatic: false, IsOverride: false, IsVirtual: false, IsAbstract: false }
                && IsHidden(member);
            if (!isHidden && _compilation.IsSymbolAccessibleWithin(member, _model))
                return;
            if (member
                    is IFieldSymbol
                {
                    HasConstantValue: true,
                    ConstantValue: not (double.NaN
                            or double.PositiveInfinity
                            or double.NegativeInfinity
                            or float.NaN
                            or float.PositiveInfinity
                            or float.NegativeInfinity)
                }
                || (member is { IsStatic: false, ContainingType: { IsGenericType: false, TypeKind: TypeKind.Class } }
                    && TypeOf(member) is { } held
                    && _compilation.IsSymbolAccessibleWithin(held, _model)))
                Inaccessible.Add(member);
            else
                Refuse(member);
        }

        void Refuse(ISymbol symbol) =>
            CannotAnalyse(
                operation,
                $"'{symbol.Name}' is private to '{symbol.ContainingType?.Name}', where the quantized twin of "
                    + $"'{_model.Name}' cannot reach it; make it internal or protected");
    }

    private static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IFieldSymbol field => field.Type,
        IPropertySymbol { Parameters.Length: 0, GetMethod: not null } property => property.Type,
        _ => null,
    };

    /// <summary>Whether the model has another member of the same name that stands before an inherited one.</summary>
    private bool IsHidden(ISymbol member)
    {
        for (INamedTypeSymbol? type = _model;
            type is not null
                && !SymbolEqualityComparer.Default.Equals(
                    type.OriginalDefinition, member.ContainingType.OriginalDefinition);
            type = type.BaseType)
        {
            if (type.BaseType is null)
                return false;
            if (type.GetMembers(member.Name).Any(m => m is not IMethodSymbol || member is not IMethodSymbol))
                return true;
        }
        return false;
    }

    /// <summary>Members that forward assigns, itself or in methods of the compilation that it calls.</summary>
    private HashSet<ISymbol> WrittenMembers()
    {
        if (_written is not null)
            return _written;
        _written = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var seen = new HashSet<MethodBody>();
        var pending = new Stack<MethodBody>([Root.Body]);
        while (pending.Count > 0)
        {
            MethodBody body = pending.Pop();
            if (!seen.Add(body))
                continue;
            _written.UnionWith(
                body.Assigned.Where(s => s is IFieldSymbol or IPropertySymbol).Select(s => s.OriginalDefinition));
            foreach (
                IMethodSymbol? method in body.Operations.Select(Called).OfType<IMethodSymbol>().Where(IsOfCompilation))
            {
                IMethodSymbol target =
                    method.IsStatic || method.MethodKind == MethodKind.LocalFunction
                        ? method
                        : Implementation(method, isBase: false, Root);
                if (BodyOf(target) is { } called)
                    pending.Push(called);
            }
        }
        return _written;

        static IMethodSymbol? Called(IOperation operation) => operation switch
        {
            IInvocationOperation call => call.TargetMethod,
            IPropertyReferenceOperation property => property.Property.GetMethod,
            _ => null,
        };
    }
}
