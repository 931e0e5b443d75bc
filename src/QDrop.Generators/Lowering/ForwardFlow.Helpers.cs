using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Helpers: methods of the compilation, local functions and getters that work on tensors are walked where they
/// are called.</content>
internal sealed partial class ForwardFlow
{
    /// <summary>More nested calls than people write.</summary>
    private const int MaxNested = 24;

    /// <summary>More calls than a twin should have copies for.</summary>
    private const int MaxFrames = 256;

    private readonly Dictionary<Placed, Frame> _frames = [];
    private readonly Dictionary<ISymbol, bool> _touches = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, MethodBody?> _bodies = new(SymbolEqualityComparer.Default);

    /// <summary>The method that a call runs, if it is one whose body is to be followed.</summary>
    private IMethodSymbol? HelperOf(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.MethodKind == MethodKind.LocalFunction)
            return TouchesTensors(method) ? method : null;
        if (method.MethodKind == MethodKind.DelegateInvoke)
            return call.Instance is ILocalReferenceOperation { Local: var local } ? FunctionIn(local)?.Symbol : null;
        if (method.MethodKind is not MethodKind.Ordinary || !MentionsTensors(method))
            return null;
        if (call.Instance is { } instance)
        {
            bool isOwn = IsOwnObject(instance);
            if (!isOwn && (IsModuleCall(call) || OtherObject(instance) is null))
                return null;
            method = isOwn ? Implementation(method, IsBase(instance), _frame) : method;
            // Which override of another object runs is decided by its class at run time.
            if (!(isOwn && (_frame.Self is null || IsBase(instance))) && MayBeAnother(method))
                return null;
        }
        return IsOfCompilation(method) ? method : null;
    }

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

    private bool MentionsTensors(IMethodSymbol method) =>
        Of(method.ReturnType) != Tensorness.None || method.Parameters.Any(p => Of(p.Type) != Tensorness.None);

    /// <summary>Whether a local function works on tensors, its own or those of the method around it.</summary>
    private bool TouchesTensors(IMethodSymbol localFunction)
    {
        if (_touches.TryGetValue(localFunction.OriginalDefinition, out bool touches))
            return touches;
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var pending = new Stack<IMethodSymbol>([localFunction]);
        while (pending.Count > 0 && !touches)
        {
            IMethodSymbol function = pending.Pop();
            if (!seen.Add(function.OriginalDefinition))
                continue;
            touches = MentionsTensors(function);
            foreach (IOperation operation in BodyOf(function)?.Operations ?? [])
            {
                if (LocalFunctionOf(operation) is { } other)
                    pending.Push(other);
                else
                    touches |= MentionsTensorsItself(operation);
            }
        }
        return _touches[localFunction.OriginalDefinition] = touches;
    }

    private static IMethodSymbol? LocalFunctionOf(IOperation operation)
    {
        IMethodSymbol? method =
            (operation as IInvocationOperation)?.TargetMethod ?? (operation as IMethodReferenceOperation)?.Method;
        return method is { MethodKind: MethodKind.LocalFunction } ? method : null;
    }

    private bool MentionsTensorsItself(IOperation operation) =>
        Of(operation.Type) != Tensorness.None
        || operation switch
        {
            _ when LocalFunctionOf(operation) is { } function => TouchesTensors(function),
            IInvocationOperation call => IsModuleCall(call) || HelperOf(call) is not null,
            _ => false,
        };

    private bool IsOfCompilation(ISymbol symbol) =>
        SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, _compilation.Assembly);

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
        for (INamedTypeSymbol? type = SelfType(frame); type is not null; type = type.BaseType)
        {
            foreach (IMethodSymbol member in type.GetMembers(method.Name).OfType<IMethodSymbol>())
            {
                if (SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method.OriginalDefinition)
                    || (!isBase && Overrides(member, method)))
                    return
                        member.TypeParameters.Length > 0 && member.TypeParameters.Length == method.TypeArguments.Length
                        ? member.Construct([.. method.TypeArguments])
                        : member;
            }
        }
        return method;
    }

    private static bool Overrides(IMethodSymbol member, IMethodSymbol method)
    {
        for (IMethodSymbol? overridden = member.OverriddenMethod;
            overridden is not null;
            overridden = overridden.OverriddenMethod)
        {
            if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, method.OriginalDefinition))
                return true;
        }
        return false;
    }

    private MethodBody? BodyOf(IMethodSymbol method)
    {
        IMethodSymbol definition = method.OriginalDefinition;
        if (!_bodies.TryGetValue(definition, out MethodBody? body))
            _bodies.Add(definition, body = MethodBody.Of(definition, _context));
        return body;
    }

    /// <summary>Walks a helper where it is called.</summary>
    /// <returns>What it returns.</returns>
    private ImmutableHashSet<TensorValue> Follow(
        IOperation call, IMethodSymbol method, ImmutableArray<IArgumentOperation> arguments)
    {
        MethodBody? body = BodyOf(method);
        if (body is null || WhyNot(method, body, arguments) is not null)
        {
            CannotAnalyse(
                call,
                body is null
                    ? $"'{method.Name}' has no body; expected a method whose code is known when '{_model.Name}' is "
                        + "compiled"
                    : WhyNot(method, body, arguments)!);
            VisitAll(arguments);
            return Unknown(call);
        }

        var values = new Dictionary<ISymbol, ImmutableHashSet<TensorValue>>(SymbolEqualityComparer.Default);
        foreach (IArgumentOperation argument in arguments)
        {
            if (Of(argument.Parameter!.Type) == Tensorness.None)
                NoTensor(argument.Value);
            else if (argument.Parameter.RefKind != RefKind.Out)
                values[body.Method.Parameters[argument.Parameter.Ordinal]] = Expression(argument.Value);
        }

        FlowState? before = _state;
        Frame frame = FrameOf(call, method, body, arguments);
        foreach (KeyValuePair<ISymbol, ImmutableHashSet<TensorValue>> value in values)
            _state = _state!.With(value.Key, value.Value);
        (_frame, Frame? caller) = (frame, _frame);
        frame.Exit = null;
        WalkBody();
        _state = FlowState.Merge(frame.Exit, _state);
        _frame = caller;
        if (_state is null)
        {
            if (_diagnostics.Count == 0 && !IsBroken)
                CannotAnalyse(call, $"'{body.Name}' never returns");
            _state = before;
        }
        foreach (IArgumentOperation? argument in arguments.Where(a =>
                a.Parameter!.RefKind == RefKind.Out && Of(a.Parameter.Type) != Tensorness.None))
            Store(argument.Value, _state![body.Method.Parameters[argument.Parameter!.Ordinal]], argument);
        return frame.Returned;
    }

    /// <summary>What an operation gives of which it has been said why it is not followed.</summary>
    private ImmutableHashSet<TensorValue> Unknown(IOperation operation)
    {
        if (Of(operation.Type) == Tensorness.None)
            return None;
        TensorValue value = Value(Origin.External, operation);
        (value.IsOfModel, value.IsReported) = (false, true);
        return [value];
    }

    private Frame FrameOf(
        IOperation call, IMethodSymbol method, MethodBody body, ImmutableArray<IArgumentOperation> arguments)
    {
        var place = new Placed(_frame, call);
        if (_frames.TryGetValue(place, out Frame? frame))
            return frame;
        Frame? declarer = MethodBody.IsNested(method) ? _frame.DeclarerOf(body.Method) : null;
        Placed? self = declarer is null ? SelfOf(call) : declarer.Self;
        frame = new Frame(place, body, declarer)
        {
            Types = TypeSubstitution.Of(method, (declarer ?? _frame).Types, _compilation),
            Self = self,
            IsGiven = declarer?.IsGiven
                ?? (self is { } other && (self.Equals(_frame.Self) ? _frame.IsGiven : !IsFixed(other))),
            SelfCast = declarer is null ? CastOf(call) : declarer.SelfCast,
        };
        foreach (IArgumentOperation argument in arguments)
            frame.Arguments[body.Method.Parameters[argument.Parameter!.Ordinal]] = argument.Value;
        declarer?.Declared.Add(frame);
        _frames.Add(place, frame);
        _frame.Callees.Add(frame);
        return frame;
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

    /// <summary>Why a helper cannot be followed, or <see langword="null"/>.</summary>
    private string? WhyNot(IMethodSymbol method, MethodBody body, ImmutableArray<IArgumentOperation> arguments)
    {
        if (_frame.Stack.Any(f => SymbolEqualityComparer.Default.Equals(f.Body.Method, body.Method)))
            return $"'{body.Name}' calls itself; write the recursion as a loop";
        if (_frame.Depth >= MaxNested || _frames.Count >= MaxFrames)
            return $"there are more than {(_frame.Depth >= MaxNested ? MaxNested : MaxFrames)} calls of helpers "
                + $"{(_frame.Depth >= MaxNested ? "within each other" : "in one forward")}; make parts of it module "
                + "classes of their own";
        if (method.IsAsync)
            return $"'{body.Name}' is async; forward must be synchronous";
        if (method.ReturnsByRef
            || method.ReturnsByRefReadonly
            || method.Parameters.Any(p => p.RefKind == RefKind.Ref && Of(p.Type) != Tensorness.None))
            return $"'{body.Name}' passes tensors by reference; return them";
        if (arguments.Any(a =>
                a.ArgumentKind == ArgumentKind.DefaultValue
                && !SymbolEqualityComparer.Default.Equals(a.Parameter!.ContainingSymbol.OriginalDefinition, body.Method)
            ))
            return $"'{body.Name}' is overridden, and called with arguments left out; write all arguments";
        return null;
    }

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
