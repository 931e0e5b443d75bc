using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
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
}
