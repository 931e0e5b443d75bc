using System.Linq;
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
        switch (loop)
        {
            case IForEachLoopOperation forEach:
                NoTensor(forEach.Collection);
                if (_torch.Of((forEach.LoopControlVariable as IVariableDeclaratorOperation)?.Symbol.Type) != Tensorness.None)
                    CannotAnalyse(forEach.LoopControlVariable, "a loop over tensors; use an index and slices");
                break;
            case IForLoopOperation @for:
                foreach (var before in @for.Before)
                    Statement(before);
                break;
        }

        // Until nothing new arrives from the end of the body at its start.
        var entry = _state;
        while (true)
        {
            _state = entry;
            InRegion(loop.Body, () =>
            {
                if (loop is IForLoopOperation { Condition: { } forCondition })
                    NoTensor(forCondition);
                if (loop is IWhileLoopOperation { ConditionIsTop: true, Condition: { } top })
                    NoTensor(top);
                jumps.Exit = FlowState.Merge(jumps.Exit, loop is IWhileLoopOperation { ConditionIsTop: false } ? null : _state);
                _jumps.Push(jumps);
                Statement(loop.Body);
                _jumps.Pop();
                _state = FlowState.Merge(_state, jumps.Continue);
                if (_state is not null && loop is IForLoopOperation { AtLoopBottom: var bottom })
                {
                    foreach (var statement in bottom)
                        Statement(statement);
                }
                if (_state is not null && loop is IWhileLoopOperation { ConditionIsTop: false, Condition: { } last })
                {
                    NoTensor(last);
                    jumps.Exit = FlowState.Merge(jumps.Exit, _state);
                }
            });
            var next = FlowState.Merge(entry, _state);
            if (next is null || (entry is not null && next.SameAs(entry)))
                break;
            entry = next;
        }
        _state = jumps.Exit;
    }

    private void Switch(ISwitchOperation @switch)
    {
        NoTensor(@switch.Value);
        var jumps = new Jumps(@switch.ExitLabel, null);
        _jumps.Push(jumps);
        var before = _state;
        var after = @switch.Cases.Any(c => c.Clauses.Any(clause => clause.CaseKind == CaseKind.Default)) ? null : before;
        foreach (var section in @switch.Cases)
        {
            _state = before;
            InRegion(section, () =>
            {
                foreach (var clause in section.Clauses)
                    NoTensor(clause);
                foreach (var statement in section.Body)
                    Statement(statement);
            });
            after = FlowState.Merge(after, _state);
        }
        _jumps.Pop();
        _state = FlowState.Merge(after, jumps.Exit);
    }

    private void Jump(IBranchOperation branch)
    {
        foreach (var jumps in _jumps)
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
    /// <c>foreach (var layer in layers) x = layer.forward(x);</c> over a member of the model is one step of a chain: the layers one
    /// after the other.
    /// </summary>
    private bool Spread(IForEachLoopOperation loop)
    {
        var body = loop.Body is IBlockOperation { Operations.Length: 1 } block ? block.Operations[0] : loop.Body;
        if (body is not IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment }
            || LocalOf(assignment.Target) is not { } target
            || assignment.Value is not IInvocationOperation call
            || !IsModuleCall(call)
            || loop.LoopControlVariable is not IVariableDeclaratorOperation { Symbol: var layer }
            || !_torch.IsUnaryModule(layer.Type)
            || LocalOf(call.Instance!) is not { } receiver || !SymbolEqualityComparer.Default.Equals(receiver, layer)
            || LocalOf(call.Arguments[0].Value) is not { } argument || !SymbolEqualityComparer.Default.Equals(argument, target)
            || LayerTable.WhyNot(layer.Type) is not null)
        {
            return false;
        }
        var collection = WithoutConversions(loop.Collection);
        if (!IsFixed(collection))
            return false;
        var value = Value(Origin.Layer, loop);
        value.Layer = new LayerCall(collection, call.Arguments[0].Value, NameOf(collection), layer.Type, IsFixed: true, IsSpread: true, IsConditional: false);
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
