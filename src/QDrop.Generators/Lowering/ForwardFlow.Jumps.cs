using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Loops, switches, and the jumps out of them.</content>
internal sealed partial class ForwardFlow
{
    private void Loop(ILoopOperation loop)
    {
        if (loop is IForEachLoopOperation { IsAsynchronous: true })
        {
            CannotAnalyse(loop, "await foreach; use foreach");
            return;
        }
        if (loop is IForEachLoopOperation each && Spread(each))
            return;

        var jumps = new Jumps(loop.ExitLabel, loop.ContinueLabel);
        ImmutableHashSet<TensorValue> collections = None;
        switch (loop)
        {
            case IForEachLoopOperation forEach:
                collections = EachOf(forEach);
                break;
            case IForLoopOperation @for:
                foreach (IOperation before in @for.Before)
                    Statement(before);
                break;
        }

        // Until nothing new arrives from the end of the body at its start.
        FlowState? entry = _state;
        while (true)
        {
            _state = entry;
            int version = _version;
            InLoop(
                loop.Body,
                () =>
                {
                    if (loop is IForLoopOperation { Condition: { } forCondition })
                        NoTensor(forCondition);
                    if (loop is IWhileLoopOperation { ConditionIsTop: true, Condition: { } top })
                        NoTensor(top);
                    jumps.Exit = FlowState.Merge(
                        jumps.Exit, loop is IWhileLoopOperation { ConditionIsTop: false } ? null : _state);
                    if (loop
                            is IForEachLoopOperation
                        {
                            LoopControlVariable: IVariableDeclaratorOperation { Symbol: var element }
                        }
                        && Of(element.Type) != Tensorness.None)
                        _state = _state!.With(element, Fresh(loop, element.Name, ContentsOf(collections)));
                    else if (loop is IForEachLoopOperation { LoopControlVariable: var taken and not null }
                        && taken is ITupleOperation or IDeclarationExpressionOperation
                        && !collections.IsEmpty)
                        Deconstruct(taken, ContentsOf(collections), loop);
                    _jumps.Push(jumps);
                    Statement(loop.Body);
                    _jumps.Pop();
                    _state = FlowState.Merge(_state, jumps.Continue);
                    if (_state is not null && loop is IForLoopOperation { AtLoopBottom: var bottom })
                    {
                        foreach (IOperation statement in bottom)
                            Statement(statement);
                    }
                    if (_state is not null
                        && loop is IWhileLoopOperation { ConditionIsTop: false, Condition: { } last })
                    {
                        NoTensor(last);
                        jumps.Exit = FlowState.Merge(jumps.Exit, _state);
                    }
                });
            var next = FlowState.Merge(entry, _state);
            if (next is null || (entry is not null && next.SameAs(entry) && version == _version))
                break;
            entry = next;
        }
        _state = jumps.Exit;
    }

    /// <summary>Walks what a <c>foreach</c> goes over.</summary>
    /// <returns>The collections of tensors among it.</returns>
    private ImmutableHashSet<TensorValue> EachOf(IForEachLoopOperation loop)
    {
        if (Of(loop.Collection.Type) != Tensorness.List
            && Of(WithoutConversions(loop.Collection).Type) != Tensorness.List)
        {
            NoTensor(loop.Collection);
            if (loop
                    .LoopControlVariable.DescendantsAndSelf()
                    .Any(o => Of((o as IVariableDeclaratorOperation)?.Symbol.Type ?? o.Type) != Tensorness.None))
                CannotAnalyse(
                    loop.LoopControlVariable,
                    "a loop over an object that is not followed; loop over arrays and lists of tensors");
            return None;
        }
        if (loop.LoopControlVariable is IVariableDeclaratorOperation { Symbol: var element }
            && (element.IsRef || Of(element.Type) == Tensorness.Other))
            CannotAnalyse(
                loop.LoopControlVariable,
                "a loop that refers to its elements, or over elements that are not followed; use a plain local for "
                    + "tensors, tuples, arrays or lists");
        return Expression(
            Of(loop.Collection.Type) == Tensorness.List ? loop.Collection : WithoutConversions(loop.Collection));
    }

    private void Switch(ISwitchOperation @switch)
    {
        ImmutableHashSet<TensorValue> tested = Expression(@switch.Value);
        var jumps = new Jumps(@switch.ExitLabel, null);
        _jumps.Push(jumps);
        FlowState? before = _state;
        FlowState? after = @switch.Cases.Any(c => c.Clauses.Any(clause => clause.CaseKind == CaseKind.Default))
            ? null
            : before;
        foreach (ISwitchCaseOperation section in @switch.Cases)
        {
            _state = before;
            InRegion(
                section,
                () =>
                {
                    foreach (ICaseClauseOperation clause in section.Clauses)
                    {
                        if (clause is IPatternCaseClauseOperation pattern)
                        {
                            Match(@switch.Value, tested, pattern.Pattern);
                            if (pattern.Guard is { } guard)
                                NoTensor(guard);
                        }
                        else if (clause
                                is ISingleValueCaseClauseOperation
                        {
                            Value.ConstantValue: { HasValue: true, Value: null }
                        }
                            && !tested.IsEmpty)
                        {
                            Use(UseKind.Ask, @switch.Value, null, tested);
                        }
                        else
                        {
                            NoTensor(clause);
                        }
                    }
                    foreach (IOperation statement in section.Body)
                        Statement(statement);
                });
            after = FlowState.Merge(after, _state);
        }
        _jumps.Pop();
        _state = FlowState.Merge(after, jumps.Exit);
    }

    private void Jump(IBranchOperation branch)
    {
        foreach (Jumps jumps in _jumps)
        {
            if (SymbolEqualityComparer.Default.Equals(jumps.ExitLabel, branch.Target))
            {
                jumps.Exit = FlowState.Merge(jumps.Exit, _state);
                break;
            }
            if (SymbolEqualityComparer.Default.Equals(jumps.ContinueLabel, branch.Target))
            {
                jumps.Continue = FlowState.Merge(jumps.Continue, _state);
                break;
            }
        }
        _state = null;
    }

    /// <summary>
    /// <c>foreach (var layer in layers) x = layer.forward(x);</c> over a member of the model is one step of a chain:
    /// the layers one after the other.
    /// </summary>
    private bool Spread(IForEachLoopOperation loop)
    {
        IOperation body = loop.Body is IBlockOperation { Operations.Length: 1 } block ? block.Operations[0] : loop.Body;
        if (body is not IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment }
            || LocalOf(assignment.Target) is not { } target
            || assignment.Value is not IInvocationOperation call
            || !IsModuleCall(call)
            || loop.LoopControlVariable is not IVariableDeclaratorOperation { Symbol: var layer }
            || !_torch.IsUnaryModule(_frame.Types.Apply(layer.Type))
            || call.Arguments.Length != 1
            || LocalOf(call.Instance!) is not { } receiver
            || !SymbolEqualityComparer.Default.Equals(receiver, layer)
            || LocalOf(call.Arguments[0].Value) is not { } argument
            || !SymbolEqualityComparer.Default.Equals(argument, target)
            || _context.Layers.WhyNot(_frame.Types.Apply(layer.Type)) is not null)
        {
            return false;
        }
        Placed resolved = Resolve(loop.Collection);
        IOperation collection = WithoutConversions(resolved.Operation);
        if (!IsFixed(collection, resolved.Frame))
            return false;
        TensorValue value = Value(Origin.Layer, loop);
        value.Layer = new LayerCall(
            collection,
            resolved,
            call.Arguments[0].Value,
            NameOf(collection),
            layer.Type,
            IsFixed: true,
            IsSpread: true,
            IsConditional: false);
        value.Input = Use(UseKind.Compute, call.Arguments[0].Value, value, Read(call.Arguments[0].Value, target));
        _state = _state!.With(target, [value]);
        return true;
    }

    /// <summary>Where <c>break</c> and <c>continue</c> lead, and what arrives there.</summary>
    private sealed class Jumps(ILabelSymbol exitLabel, ILabelSymbol? continueLabel)
    {
        public ILabelSymbol ExitLabel { get; } = exitLabel;

        public ILabelSymbol? ContinueLabel { get; } = continueLabel;

        public FlowState? Exit { get; set; }

        public FlowState? Continue { get; set; }
    }
}
