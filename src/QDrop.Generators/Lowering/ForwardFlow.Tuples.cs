using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Tuples and positional records of tensors, which are followed item by item.</content>
internal sealed partial class ForwardFlow
{
    /// <summary><c>new Output(hidden, cache)</c>, of a record, or of <c>Tuple</c>.</summary>
    private ImmutableHashSet<TensorValue> MakeTuple(IObjectCreationOperation creation)
    {
        TensorValue made = Holder(Origin.Tuple, creation);
        foreach (IArgumentOperation argument in creation.Arguments)
            Add(made, argument.Parameter!.Ordinal, Expression(argument.Value));
        SetItems(made, creation.Type!, creation.Initializer);
        return [made];
    }

    /// <summary><c>output with { Cache = cache }</c>.</summary>
    private ImmutableHashSet<TensorValue> MakeTuple(IWithOperation with)
    {
        TensorValue made = Holder(Origin.Tuple, with);
        ImmutableHashSet<TensorValue> before = Expression(with.Operand);
        for (int i = 0; i < TorchTypes.ItemsOf(with.Type).Length; i++)
            Add(made, i, ContentsOf(before, i));
        SetItems(made, with.Type!, with.Initializer);
        return [made];
    }

    private void SetItems(TensorValue made, ITypeSymbol type, IObjectOrCollectionInitializerOperation? initializer)
    {
        foreach (IOperation set in initializer?.Initializers ?? [])
        {
            if (set is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation target } assignment)
                Add(made, ItemOf(type, target.Property), Expression(assignment.Value));
            else
                NoTensor(set);
        }
    }

    /// <summary>The place of a property among the items of a record.</summary>
    private static int ItemOf(ITypeSymbol type, IPropertySymbol property) =>
        TorchTypes.ItemsOf(type).Select(static i => i.Name).ToList().IndexOf(property.Name);

    private ImmutableHashSet<TensorValue> MakeTuple(ITupleOperation tuple)
    {
        TensorValue made = Holder(Origin.Tuple, tuple);
        for (int i = 0; i < tuple.Elements.Length; i++)
            Add(made, i, Expression(tuple.Elements[i]));
        return [made];
    }

    private ImmutableHashSet<TensorValue> Item(IFieldReferenceOperation item, IOperation tuple)
    {
        int index = ((INamedTypeSymbol)item.Field.ContainingType).TupleElements.IndexOf(
            item.Field, 0, SymbolEqualityComparer.Default);
        if (index < 0)
            index = ((INamedTypeSymbol)item.Field.ContainingType)
                .TupleElements.Select(e => e.CorrespondingTupleField)
                .ToList()
                .FindIndex(f => SymbolEqualityComparer.Default.Equals(f, item.Field.CorrespondingTupleField));
        return Fresh(item, item.Syntax.ToString(), ContentsOf(Expression(tuple), index));
    }

    private ImmutableHashSet<TensorValue> Deconstruct(IDeconstructionAssignmentOperation deconstruction)
    {
        if (Of(deconstruction.Value.Type) != Tensorness.Tuple)
        {
            NoTensor(deconstruction.Value);
            CannotAnalyse(deconstruction, "an object that is no tuple is taken apart into tensors; use a tuple");
            _given.UnionWith(
                deconstruction.Target.DescendantsAndSelf().OfType<ILocalReferenceOperation>().Select(l => l.Local));
            return None;
        }
        ImmutableHashSet<TensorValue> values = Expression(deconstruction.Value);
        Deconstruct(deconstruction.Target, values, deconstruction);
        return values;
    }

    private void Deconstruct(IOperation target, ImmutableHashSet<TensorValue> values, IOperation place)
    {
        target = target is IDeclarationExpressionOperation declaration ? declaration.Expression : target;
        if (target is ITupleOperation tuple)
        {
            for (int i = 0; i < tuple.Elements.Length; i++)
                Deconstruct(tuple.Elements[i], ContentsOf(values, i), place);
        }
        else if (Of(target.Type) != Tensorness.None)
        {
            Store(target, Fresh(place, target.Syntax.ToString(), values), place);
        }
        else
        {
            NoTensor(target);
        }
    }
}
