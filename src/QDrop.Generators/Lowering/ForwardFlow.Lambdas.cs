using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>
/// Lambdas. One that a local holds, <c>Func&lt;Tensor, Tensor&gt; act = x => relu(x);</c>, is a local function in
/// another form, as long as the local is only called. Others are handed to methods of .NET's collections:
/// <c>heads.Select(head => head.call(x)).ToArray()</c>. Such a lambda is walked where it stands, as the body of a loop.
/// </content>
internal sealed partial class ForwardFlow
{
    /// <summary>The lambda that an argument is, if it works on tensors.</summary>
    private IAnonymousFunctionOperation? LambdaOf(IOperation argument) =>
        WithoutConversions(argument) is IDelegateCreationOperation { Target: IAnonymousFunctionOperation lambda }
        && MentionsTensors(lambda)
            ? lambda
            : null;

    /// <summary>
    /// The lambda that a local stands for, if it works on tensors: nothing else is assigned to the local, and nothing
    /// is done with it but to call it.
    /// </summary>
    private IAnonymousFunctionOperation? FunctionIn(ILocalSymbol local)
    {
        Frame? scope = _frame.Scopes.FirstOrDefault(f =>
            SymbolEqualityComparer.Default.Equals(f.Body.Method, local.ContainingSymbol));
        return
            scope?.Body.OnlyValueOf(local)
                is IDelegateCreationOperation { Target: IAnonymousFunctionOperation lambda }
            && lambda.Syntax.Parent?.Parent?.Parent?.Parent is LocalDeclarationStatementSyntax statement
            && statement.Declaration.Variables.Count == 1
            && lambda.Syntax is not AnonymousMethodExpressionSyntax { ParameterList: null }
            && !lambda.Symbol.Parameters.Any(static p => p.IsDiscard)
            && TouchesTensors(lambda.Symbol)
            && scope.Body.Operations.OfType<ILocalReferenceOperation>().All(use =>
                !SymbolEqualityComparer.Default.Equals(use.Local, local)
                || (use.Parent is IInvocationOperation call && call.Instance == use && IsByPosition(call)))
            ? lambda
            : null;
    }

    /// <summary>
    /// Whether every argument of a call stands where its parameter does: a delegate may name its parameters otherwise
    /// than the lambda does.
    /// </summary>
    private static bool IsByPosition(IInvocationOperation call) => call.Arguments.All(static a =>
        a.ArgumentKind == ArgumentKind.Explicit && a.Syntax is ArgumentSyntax { NameColon: null });

    /// <summary>Walks a lambda until nothing new arrives.</summary>
    /// <param name="lambda">The lambda.</param>
    /// <param name="given">
    /// What its parameters that hold tensors may be, beside what it returns: the elements of all collections that the
    /// method is given, and its other tensors.
    /// </param>
    /// <returns>What it returns.</returns>
    private ImmutableHashSet<TensorValue> Lambda(
        IAnonymousFunctionOperation lambda, ImmutableHashSet<TensorValue> given)
    {
        ImmutableHashSet<TensorValue> returned = None;
        FlowState? entry = _state;
        while (true)
        {
            (_state, int version, int before) = (entry, _version, returned.Count);
            foreach (IParameterSymbol parameter in lambda.Symbol.Parameters.Where(p => Of(p.Type) != Tensorness.None))
                _state = _state!.With(parameter, given.Union(returned));
            InLoop(lambda.Body, () => returned = returned.Union(ResultOf(lambda)));
            var next = FlowState.Merge(entry, _state);
            if (next is null || (next.SameAs(entry!) && version == _version && before == returned.Count))
                break;
            entry = next;
        }
        _state = entry;
        return returned;
    }

    private ImmutableHashSet<TensorValue> ResultOf(IAnonymousFunctionOperation lambda)
    {
        ImmutableHashSet<TensorValue> returned = None;
        foreach (IOperation statement in lambda.Body.Operations)
        {
            if (statement is IReturnOperation { ReturnedValue: var result })
                return result is null ? None : Expression(result);
            if (statement.DescendantsAndSelf().OfType<IReturnOperation>().FirstOrDefault() is { } early)
                CannotAnalyse(early, "a lambda returns from within a statement; make it a local function");
            else
                Statement(statement);
        }
        return returned;
    }

    /// <summary>
    /// Whether a sequence is gone through where it is made, so that its lambda sees what its locals hold there.
    /// </summary>
    private static bool IsReadAtOnce(IInvocationOperation call)
    {
        if (call.Type is not { TypeKind: TypeKind.Interface })
            return true;
        IOperation? parent = call.Parent;
        while (parent is IConversionOperation or IArgumentOperation)
            parent = parent.Parent;
        return parent switch
        {
            IInvocationOperation next => IsReadAtOnce(next),
            IForEachLoopOperation or ISpreadOperation => true,
            _ => false,
        };
    }
}
