using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Statements, apart from loops and switches.</content>
internal sealed partial class ForwardFlow
{
    private void Statement(IOperation statement)
    {
        _cancellation.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_state is null && statement is not ILabeledOperation)
        {
            _frame.Passed.Add(statement.Syntax);
            return;
        }
        _frame.Reached.Add(statement.Syntax);
        switch (statement)
        {
            case IBlockOperation block:
                foreach (IOperation inner in block.Operations)
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
                    Use(UseKind.Dispose, @using.Resources, null, Expression(@using.Resources));
                Statement(@using.Body);
                break;
            case IReturnOperation { Kind: OperationKind.Return } @return:
                Return(@return);
                break;
            case IConditionalOperation conditional when IsFolded(conditional, out IOperation? branch):
                if (branch is not null)
                    Statement(branch);
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
            case ILocalFunctionOperation:
                // Walked where it is called.
                break;
            case ITryOperation @try:
                Try(@try);
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

    /// <summary>
    /// What stands before <c>finally</c> runs as if nothing stood around it; behind it tensors are only disposed.
    /// </summary>
    private void Try(ITryOperation @try)
    {
        if (@try.Catches.Length > 0)
        {
            CannotAnalyse(@try, "catch stands behind tensor operations; catch exceptions outside forward");
            return;
        }
        FlowState? before = _state;
        Statement(@try.Body);
        FlowState? after = _state;
        _state = FlowState.Merge(before, after);
        foreach (IOperation last in @try.Finally?.Operations ?? [])
        {
            // Whatever a local holds here, it held it or something else when the body ended.
            if (last.DescendantsAndSelf()
                    .Any(o =>
                        o is IAssignmentOperation or IDeclarationExpressionOperation or IVariableDeclaratorOperation
                        && Of(TargetType(o)) != Tensorness.None) || MentionsComputation(last))
                CannotAnalyse(last, "tensors are computed or stored in finally; do that before");
            else
                Statement(last);
        }
        _state = after;

        static ITypeSymbol? TargetType(IOperation operation) => operation switch
        {
            IAssignmentOperation assignment => assignment.Target.Type,
            IVariableDeclaratorOperation declarator => declarator.Symbol.Type,
            _ => operation.Type,
        };

        bool MentionsComputation(IOperation operation) =>
            operation
                .DescendantsAndSelf()
                .Any(o =>
                    o is IInvocationOperation call
                    && (IsModuleCall(call)
                        || HelperOf(call) is not null
                        || (Of(call.Type) != Tensorness.None && _ops.Knows(call.TargetMethod))));
    }

    private void Return(IReturnOperation @return)
    {
        if (@return.ReturnedValue is { } result)
        {
            ImmutableHashSet<TensorValue> values = Expression(result);
            if (_frame.Caller is null)
                Use(UseKind.Result, result, null, values);
            else
                _frame.Returned = _frame.Returned.Union(values);
        }
        _frame.Exit = FlowState.Merge(_frame.Exit, _state);
        _state = null;
    }

    private void ExpressionStatement(IExpressionStatementOperation statement)
    {
        ImmutableHashSet<TensorValue> values = Expression(statement.Operation);
        // x.relu_(); means x = relu(x) to whoever reads x afterwards.
        if (values.Count == 1
            && values.First() is { Op: { IsInPlace: true } op } value
            && ReferenceEquals(value.Operation, statement.Operation)
            && LocalOf(op.Arguments[0]) is { } local)
        {
            _frame.InPlaceStatements.Add(statement.Operation.Syntax);
            _state = _state!.With(local, values);
        }
    }

    private void Declare(IVariableDeclarationGroupOperation group, bool isUsing)
    {
        foreach (IVariableDeclaratorOperation? declarator in group.Declarations.SelectMany(d => d.Declarators))
        {
            IOperation? initializer = declarator.GetVariableInitializer()?.Value;
            if (FunctionIn(declarator.Symbol) is { } function)
            {
                // Walked where it is called.
                _frame.Functions.Add(function.Symbol);
                continue;
            }
            if (declarator.Symbol.Type is INamedTypeSymbol { DelegateInvokeMethod: { } invoke }
                && MentionsTensors(invoke))
            {
                CannotAnalyse(
                    declarator,
                    $"'{declarator.Symbol.Name}' is a delegate over tensors; call the function itself, or make it a "
                        + "local function");
                _given.Add(declarator.Symbol);
                continue;
            }
            switch (Of(declarator.Symbol.Type))
            {
                case not Tensorness.None when declarator.Symbol.IsRef:
                    CannotAnalyse(
                        declarator,
                        $"'{declarator.Symbol.Name}' is a reference to another variable; use a plain local");
                    break;
                case Tensorness.Tensor or Tensorness.List or Tensorness.Tuple:
                    ImmutableHashSet<TensorValue> values = initializer is null ? [] : Expression(initializer);
                    if (isUsing && initializer is not null)
                        Use(UseKind.Dispose, declarator, null, values);
                    _state = _state!.With(declarator.Symbol, values);
                    break;
                case Tensorness.None:
                    if (initializer is not null)
                        NoTensor(initializer);
                    break;
                default:
                    CannotAnalyse(
                        declarator,
                        $"'{declarator.Symbol.Name}' is a {declarator.Symbol.Type.Name} that holds tensors; use "
                            + "locals, tuples, arrays or lists");
                    _given.Add(declarator.Symbol);
                    break;
            }
        }
    }
}
