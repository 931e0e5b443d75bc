using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Lowering;

/// <content>Which object a helper or a module belongs to, and which code of its class runs.</content>
internal sealed partial class ForwardFlow
{
    /// <summary>
    /// Another object than the model whose class is known: a member of the model, or of such an object, or what an
    /// expression gives while forward runs.
    /// </summary>
    private Placed? OtherObject(IOperation instance)
    {
        if (instance.Type is not INamedTypeSymbol { TypeKind: TypeKind.Class } type || !IsOfCompilation(type))
            return null;
        Placed resolved = Resolve(instance);
        if (!IsFixed(resolved))
            return instance is IConditionalAccessInstanceOperation or IInstanceReferenceOperation
                    || resolved.Operation.DescendantsAndSelf().Any(CreatesModule)
                ? null
                : new Placed(_frame, instance);
        return
            !IsOwnObject(resolved.Operation)
            && resolved.Operation.Type is INamedTypeSymbol { TypeKind: TypeKind.Class } found
            && _compilation.ClassifyConversion(found, type) is { IsImplicit: true } or { IsReference: true }
            ? resolved
            : null;
    }

    private static bool MayBeAnother(IMethodSymbol method) =>
        (method.IsVirtual || method.IsAbstract || method.IsOverride)
        && !method.IsSealed
        && !method.ContainingType.IsSealed;

    private static bool IsOwnObject(IOperation? instance) =>
        instance is not null
        && WithoutConversions(instance)
            is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance };

    private static bool IsBase(IOperation instance) => instance.Syntax is BaseExpressionSyntax;

    /// <summary>The class of what <c>this</c> is, as far as it is known.</summary>
    private INamedTypeSymbol SelfType(Frame frame) =>
        frame.Self is { } self ? frame.SelfCast ?? (INamedTypeSymbol)self.Operation.Type! : _model;

    /// <summary>What runs when a method is called on <c>this</c>.</summary>
    private IMethodSymbol Implementation(IMethodSymbol method, bool isBase, Frame frame)
    {
        IMethodSymbol found = VirtualMethods.LastOverride(method, SelfType(frame), isBase);
        return !ReferenceEquals(found, method)
            && found.TypeParameters.Length > 0
            && found.TypeParameters.Length == method.TypeArguments.Length
            ? found.Construct([.. method.TypeArguments])
            : found;
    }

    /// <summary>The object on which a helper is called, where it is not the model.</summary>
    private Placed? SelfOf(IOperation call) => call switch
    {
        IInvocationOperation { Instance: { } instance } => IsOwnObject(instance) ? _frame.Self : OtherObject(instance),
        IPropertyReferenceOperation { Instance: not null } => _frame.Self,
        _ => null,
    };

    /// <summary>
    /// The class that the object is taken for where it is called, as <c>h</c> in <c>head is Head h</c>, if its own
    /// place does not say so.
    /// </summary>
    private INamedTypeSymbol? CastOf(IOperation call) => call switch
    {
        IInvocationOperation { Instance: { } instance } when IsOwnObject(instance) => _frame.SelfCast,
        IInvocationOperation { Instance: { Type: INamedTypeSymbol type } instance }
            when OtherObject(instance) is { Operation.Type: { } found }
            && !_compilation.ClassifyConversion(found, type).IsImplicit => type,
        IPropertyReferenceOperation { Instance: not null } => _frame.SelfCast,
        _ => null,
    };

    /// <summary>
    /// The module that an expression stands for, where it is a parameter or a local that holds the same module all the
    /// time.
    /// </summary>
    private Placed Resolve(IOperation module)
    {
        var found = new Placed(_frame, module);
        while (true)
        {
            Placed? next = WithoutConversions(found.Operation) switch
            {
                IParameterReferenceOperation { Parameter: var parameter } => found
                    .Frame.Scopes.Where(f =>
                        f.Call is not null && f.Arguments.ContainsKey(parameter) && !f.Body.Assigns(parameter))
                    .Select(f => (Placed?)new Placed(f.Caller!, f.Arguments[parameter]))
                    .FirstOrDefault(),
                IPropertyReferenceOperation property => GetterOf(property, found.Frame),
                ILocalReferenceOperation { Local: var local } => found
                    .Frame.Scopes.Select(f =>
                        f.Body.OnlyValueOf(local) is { } value ? (Placed?)new Placed(f, value) : null)
                    .FirstOrDefault(p => p is not null),
                _ => null,
            };
            if (next is null)
                break;
            found = next.Value;
        }
        return IsFixed(found) || CreatesModule(found.Operation) ? found : new Placed(_frame, module);
    }

    /// <summary><c>Head => head</c>: what a property of the model stands for.</summary>
    private Placed? GetterOf(IPropertyReferenceOperation property, Frame frame)
    {
        if (property is not { Property: { IsIndexer: false, GetMethod: { } getter }, Instance: { } instance }
            || !IsOwnObject(instance)
            || !IsOfCompilation(getter))
            return null;
        IMethodSymbol method = Implementation(getter, IsBase(instance), frame);
        if (frame.Self is not null && !IsBase(instance) && MayBeAnother(method))
            return null;
        if (BodyOf(method) is not { IsBroken: false, Statements: { Count: 1 } statements } body
            || statements[0] is not IReturnOperation { ReturnedValue: { } value }
            || !IsFixed(value, _frame))
            return null;
        return CheckCode(body)
            ? new Placed(
                new Frame(null, body, null)
                {
                    Types = TypeSubstitution.Of(method, _frame.Types, _compilation),
                    Self = frame.Self,
                    IsGiven = frame.IsGiven,
                },
                value)
            : null;
    }
}
