using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Lowering;

/// <summary>
/// The dataflow of tensors through a <c>forward</c>: which values it computes and where each is used. It is an allow-list: what it does
/// not know how to follow, it reports.
/// </summary>
/// <remarks>
/// Statements are walked in the order of execution with the set of values that each local may hold. Loops are walked until nothing
/// new arrives. A value stands for a place in the code, so that sets are finite.
/// </remarks>
internal sealed partial class ForwardFlow
{
    private readonly INamedTypeSymbol _model;
    private readonly TorchTypes _torch;
    private readonly OpsTable _ops;
    private readonly CancellationToken _cancellation;
    private readonly Lazy<HashSet<ISymbol>> _written;
    private readonly Dictionary<IOperation, TensorValue> _values = [];
    private readonly Dictionary<IOperation, Use> _uses = [];
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private readonly HashSet<(string, LocationInfo)> _reported = [];
    // Locals that something has been said about already.
    private readonly HashSet<ISymbol> _given = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<IOperation, int> _regions = [];
    private readonly Stack<Jumps> _jumps = [];
    private FlowState? _state = FlowState.Empty;
    private int _region;

    private ForwardFlow(INamedTypeSymbol model, IOperation body, TorchTypes torch, OpsTable ops, CancellationToken cancellation)
    {
        _model = model;
        _written = new Lazy<HashSet<ISymbol>>(() => WrittenMembers(body));
        _torch = torch;
        _ops = ops;
        _cancellation = cancellation;
    }

    /// <summary>Every value, in the order of evaluation.</summary>
    public IReadOnlyList<TensorValue> Values { get; private set; } = [];

    public IReadOnlyList<DiagnosticInfo> Diagnostics => _diagnostics;

    /// <summary>In-place operations that stand alone as a statement on a local: <c>x.relu_();</c>.</summary>
    public HashSet<IOperation> InPlaceStatements { get; } = [];

    /// <summary>Whether the compiler has errors to report in the method, so that the analysis has nothing to add.</summary>
    public bool IsBroken { get; private set; }

    public static ForwardFlow Analyse(INamedTypeSymbol model, IMethodSymbol forward, IMethodBodyBaseOperation body, TorchTypes torch, OpsTable ops, CancellationToken cancellation)
    {
        var flow = new ForwardFlow(model, body, torch, ops, cancellation);
        if (body.Descendants().Any(o => o is IInvalidOperation || o.Type is IErrorTypeSymbol))
        {
            flow.IsBroken = true;
            return flow;
        }
        foreach (var captured in body.Descendants().OfType<IParameterReferenceOperation>().Where(p => p.Parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor }))
            flow.CannotAnalyse(captured, $"'{captured.Parameter.Name}' is a parameter of the class, which the quantized twin cannot read; keep it in a field or a property");
        foreach (var parameter in forward.Parameters)
        {
            var value = new TensorValue(Origin.Parameter, body, -1, 0);
            value.Roots.Add(value);
            flow._state = flow._state!.With(parameter, [value]);
        }
        if (body.BlockBody is { } block)
        {
            flow.Statement(block);
        }
        else if (body.ExpressionBody is { Operations.Length: 1 } arrow && arrow.Operations[0] is IReturnOperation { ReturnedValue: { } result })
        {
            flow.Use(UseKind.Result, result, null, flow.Expression(result));
        }
        else if (body.ExpressionBody is { } expression)
        {
            foreach (var statement in expression.Operations)
                flow.Statement(statement);
        }
        flow.Finish();
        return flow;
    }

    private void Finish()
    {
        Values = [.. _values.Values.OrderBy(v => v.Order)];
        foreach (var use in _uses.Values)
        {
            foreach (var source in use.Sources)
                source.Uses.Add(use);
        }
        CheckInPlace();
    }

    private TensorValue Value(Origin origin, IOperation operation)
    {
        if (!_values.TryGetValue(operation, out var value))
        {
            value = new TensorValue(origin, operation, _values.Count, _region);
            value.Roots.Add(value);
            _values.Add(operation, value);
        }
        return value;
    }

    private Use Use(UseKind kind, IOperation place, TensorValue? consumer, ImmutableHashSet<TensorValue> sources)
    {
        if (!_uses.TryGetValue(place, out var use))
            _uses.Add(place, use = new Use(kind, place, consumer));
        use.Sources.UnionWith(sources);
        return use;
    }

    private void CannotAnalyse(IOperation place, string reason) => Report(Rules.NotAnalysable, place.Syntax, _model.Name, reason);

    private void Report(DiagnosticDescriptor rule, SyntaxNode place, params string[] arguments)
    {
        var location = LocationInfo.Of(place);
        if (_reported.Add((rule.Id, location)))
            _diagnostics.Add(DiagnosticInfo.Create(rule, location, arguments));
    }

    private void Statement(IOperation statement)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _cancellation.ThrowIfCancellationRequested();
        if (_state is null && statement is not ILabeledOperation)
            return;
        switch (statement)
        {
            case IBlockOperation block:
                foreach (var inner in block.Operations)
                    Statement(inner);
                break;
            case IExpressionStatementOperation expression:
                ExpressionStatement(expression);
                break;
            case IVariableDeclarationGroupOperation group:
                Declare(group, isUsing: false);
                break;
            case IUsingDeclarationOperation declaration:
                Declare(declaration.DeclarationGroup, isUsing: true);
                break;
            case IUsingOperation { IsAsynchronous: false } @using:
                if (@using.Resources is IVariableDeclarationGroupOperation resources)
                    Declare(resources, isUsing: true);
                else
                    Use(UseKind.Neutral, @using.Resources, null, Expression(@using.Resources));
                Statement(@using.Body);
                break;
            case IReturnOperation { Kind: OperationKind.Return } @return:
                if (@return.ReturnedValue is { } result)
                    Use(UseKind.Result, result, null, Expression(result));
                _state = null;
                break;
            case IConditionalOperation conditional:
                Expression(conditional.Condition);
                Branches(() => InRegion(conditional.WhenTrue, () => Statement(conditional.WhenTrue)),
                    () =>
                    {
                        if (conditional.WhenFalse is { } otherwise)
                            InRegion(otherwise, () => Statement(otherwise));
                    });
                break;
            case ISwitchOperation @switch:
                Switch(@switch);
                break;
            case ILoopOperation loop:
                Loop(loop);
                break;
            case IBranchOperation { BranchKind: not BranchKind.GoTo } branch:
                Jump(branch);
                break;
            case IThrowOperation @throw:
                Expression(@throw);
                _state = null;
                break;
            case IEmptyOperation:
                break;
            case ILockOperation @lock:
                Expression(@lock.LockedValue);
                Statement(@lock.Body);
                break;
            case ILocalFunctionOperation function:
                if (MentionsTensors(function))
                    CannotAnalyse(function, "a local function works on tensors; write its body where it is called");
                break;
            case ITryOperation:
                CannotAnalyse(statement, "try stands around tensor operations; catch exceptions outside forward");
                break;
            case ILabeledOperation or IBranchOperation:
                CannotAnalyse(statement, "goto; use a loop or a condition");
                _state = null;
                break;
            default:
                CannotAnalyse(statement, $"a statement of this kind ({statement.Kind}) is not supported");
                break;
        }
    }

    private void ExpressionStatement(IExpressionStatementOperation statement)
    {
        var values = Expression(statement.Operation);
        // x.relu_(); means x = relu(x) to whoever reads x afterwards.
        if (values.Count == 1 && values.First() is { Op: { IsInPlace: true } op } value && ReferenceEquals(value.Operation, statement.Operation)
            && LocalOf(op.Arguments[0]) is { } local)
        {
            InPlaceStatements.Add(statement.Operation);
            _state = _state!.With(local, values);
        }
    }

    private void Declare(IVariableDeclarationGroupOperation group, bool isUsing)
    {
        foreach (var declarator in group.Declarations.SelectMany(d => d.Declarators))
        {
            var initializer = declarator.GetVariableInitializer()?.Value;
            switch (_torch.Of(declarator.Symbol.Type))
            {
                case Tensorness.Tensor when declarator.Symbol.IsRef:
                    CannotAnalyse(declarator, $"'{declarator.Symbol.Name}' is a reference to another variable; use a plain local");
                    break;
                case Tensorness.Tensor:
                    var values = initializer is null ? [] : Expression(initializer);
                    if (isUsing && initializer is not null)
                        Use(UseKind.Neutral, declarator, null, values);
                    _state = _state!.With(declarator.Symbol, values);
                    break;
                case Tensorness.None:
                    if (initializer is not null)
                        NoTensor(initializer);
                    break;
                case Tensorness.Other when declarator.Symbol.Type.TypeKind == TypeKind.Delegate:
                    CannotAnalyse(declarator, $"'{declarator.Symbol.Name}' is a delegate over tensors; call the function itself");
                    _given.Add(declarator.Symbol);
                    break;
                default:
                    CannotAnalyse(declarator, $"'{declarator.Symbol.Name}' holds several tensors; use one local for each");
                    _given.Add(declarator.Symbol);
                    break;
            }
        }
    }

    private void Branches(params Action[] branches)
    {
        var before = _state;
        FlowState? after = null;
        foreach (var branch in branches)
        {
            _state = before;
            branch();
            after = FlowState.Merge(after, _state);
        }
        _state = after;
    }

    /// <summary>Walks code that may run another number of times than the code around it.</summary>
    private void InRegion(IOperation start, Action walk)
    {
        var outer = _region;
        if (!_regions.TryGetValue(start, out _region))
            _regions.Add(start, _region = _regions.Count + 1);
        walk();
        _region = outer;
    }

    private static ISymbol? LocalOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IConversionOperation { OperatorMethod: null } conversion => LocalOf(conversion.Operand),
        _ => null,
    };
}
