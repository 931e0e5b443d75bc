using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>
/// Collections of tensors. A collection is followed by the place that creates it: any of its elements may be any value
/// that is ever stored in it.
/// </content>
internal sealed partial class ForwardFlow
{
    private readonly Dictionary<Placed, TensorValue> _holders = [];
    // Counts what is new in collections and tuples.
    private int _version;

    /// <summary>The tensors among values, and those in the collections and tuples among them.</summary>
    private static ImmutableHashSet<TensorValue> Tensors(ImmutableHashSet<TensorValue> values)
    {
        if (values.All(v => !IsHolder(v) && v.Contents.Count == 0))
            return values;
        ImmutableHashSet<TensorValue>.Builder tensors = ImmutableHashSet.CreateBuilder<TensorValue>();
        var seen = new HashSet<TensorValue>();
        var pending = new Stack<TensorValue>(values);
        while (pending.Count > 0)
        {
            TensorValue value = pending.Pop();
            if (!seen.Add(value))
                continue;
            if (!IsHolder(value))
                tensors.Add(value);
            foreach (TensorValue? content in value.Contents.Values.SelectMany(c => c))
                pending.Push(content);
        }
        return tensors.ToImmutable();
    }

    private static bool IsHolder(TensorValue value) => value.Origin is Origin.Collection or Origin.Tuple;

    private TensorValue Holder(Origin origin, IOperation place)
    {
        var placed = new Placed(_frame, place);
        if (!_holders.TryGetValue(placed, out TensorValue? holder))
            _holders.Add(placed, holder = new TensorValue(origin, _frame, place, -1, _region));
        return holder;
    }

    private void Add(TensorValue holder, int index, IEnumerable<TensorValue> values)
    {
        if (!holder.Contents.TryGetValue(index, out HashSet<TensorValue>? contents))
            holder.Contents.Add(index, contents = []);
        foreach (TensorValue value in values)
        {
            if (contents.Add(value))
                _version++;
        }
    }

    /// <summary>What the elements of collections, or the items of tuples at an index, may be.</summary>
    private static ImmutableHashSet<TensorValue> ContentsOf(
        ImmutableHashSet<TensorValue> holders, int index = TensorValue.AnyElement)
    {
        ImmutableHashSet<TensorValue>.Builder found = ImmutableHashSet.CreateBuilder<TensorValue>();
        foreach (TensorValue holder in holders)
        {
            if (holder.Contents.TryGetValue(index, out HashSet<TensorValue>? contents))
                found.UnionWith(contents);
            if (!IsHolder(holder) && holder.Origin != Origin.Null)
                found.Add(holder);
        }
        return found.ToImmutable();
    }

    /// <summary>Stores into every collection that an expression may be.</summary>
    private void StoreIn(ImmutableHashSet<TensorValue> holders, ImmutableHashSet<TensorValue> values, IOperation place)
    {
        foreach (TensorValue? holder in holders.Where(h => h.Origin != Origin.Null))
        {
            // What a module has returned belongs to whoever called it.
            if (holder.Origin is Origin.Collection or Origin.Call)
                Add(holder, TensorValue.AnyElement, values);
            else
                CannotAnalyse(
                    place,
                    "a tensor is stored in a collection of the model or of the caller; only locals of forward, and "
                        + "collections in them, can hold tensors");
        }
    }

    /// <summary>The collections whose element a target is, or <see langword="null"/> if it is none.</summary>
    private ImmutableHashSet<TensorValue>? HoldersOf(IOperation target)
    {
        (IOperation? collection, ImmutableArray<IOperation> arguments) = target switch
        {
            IArrayElementReferenceOperation element => (element.ArrayReference, element.Indices),
            IPropertyReferenceOperation { Instance: { } instance, Property.IsIndexer: true } property => (
                instance, [.. property.Arguments.Select(a => a.Value)]),
            IImplicitIndexerReferenceOperation indexer => (indexer.Instance, [indexer.Argument]),
            _ => (null, ImmutableArray<IOperation>.Empty),
        };
        if (collection is null || Of(collection.Type) != Tensorness.List)
            return null;
        ImmutableHashSet<TensorValue> holders = Expression(collection);
        foreach (IOperation argument in arguments)
            NoTensor(argument);
        return holders;
    }

    /// <summary>Expressions that make or read collections.</summary>
    /// <returns><see langword="null"/> for others.</returns>
    private ImmutableHashSet<TensorValue>? Collection(IOperation operation)
    {
        if (HoldersOf(operation) is { } holders)
            return ElementOrPart(operation, holders);
        if (Of(operation.Type) != Tensorness.List)
            return null;
        TensorValue? made = operation
            is IArrayCreationOperation
                or ICollectionExpressionOperation
                or IObjectCreationOperation
            ? Holder(Origin.Collection, operation)
            : null;
        switch (operation)
        {
            case IArrayCreationOperation array:
                foreach (IOperation size in array.DimensionSizes)
                    NoTensor(size);
                Initialise(made!, array.Initializer);
                return [made!];
            case ICollectionExpressionOperation collection:
                foreach (IOperation element in collection.Elements)
                    Add(
                        made!,
                        TensorValue.AnyElement,
                        element is ISpreadOperation spread
                            ? ContentsOf(Expression(spread.Operand))
                            : Expression(element));
                return [made!];
            case IObjectCreationOperation creation:
                foreach (IArgumentOperation argument in creation.Arguments)
                    Add(made!, TensorValue.AnyElement, ContentsOf(Expression(argument.Value)));
                foreach (IOperation initializer in creation.Initializer?.Initializers ?? [])
                    Initialise(made!, initializer);
                return [made!];
            default:
                return null;
        }
    }

    /// <summary>What stands between the braces behind <c>new</c>.</summary>
    private void Initialise(TensorValue collection, IOperation? initializer)
    {
        switch (initializer)
        {
            case null:
                break;
            case IArrayInitializerOperation array:
                foreach (IOperation element in array.ElementValues)
                    Initialise(collection, element);
                break;
            case IInvocationOperation add when IsImplicit(add.Instance):
                foreach (IArgumentOperation argument in add.Arguments)
                    Add(collection, TensorValue.AnyElement, Expression(argument.Value));
                break;
            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation target } assignment
                when IsImplicit(target.Instance):
                foreach (IArgumentOperation argument in target.Arguments)
                    NoTensor(argument.Value);
                Add(collection, TensorValue.AnyElement, Expression(assignment.Value));
                break;
            default:
                Add(collection, TensorValue.AnyElement, Expression(initializer));
                break;
        }
    }

    /// <summary><c>parts[0]</c> is an element, <c>parts[1..]</c> a collection of the same elements.</summary>
    private ImmutableHashSet<TensorValue> ElementOrPart(IOperation operation, ImmutableHashSet<TensorValue> collections)
    {
        ImmutableHashSet<TensorValue> elements = Fresh(operation, operation.Syntax.ToString(), ContentsOf(collections));
        bool isPart = Of(operation.Type) == Tensorness.List && !elements.Any(e => e.Origin == Origin.Collection);
        if (!isPart)
            return elements;
        TensorValue part = Holder(Origin.Collection, operation);
        Add(part, TensorValue.AnyElement, elements);
        return [part];
    }

    private static bool IsOfCollections(IMethodSymbol method) =>
        method.ContainingNamespace?.ToDisplayString() is { } name
        && (name.StartsWith("System.Collections", System.StringComparison.Ordinal)
            || name == "System.Linq"
            || (name == "System"
                && method.ContainingType.Name is "Array" or "MemoryExtensions" or "Span" or "ReadOnlySpan"));

    /// <summary>
    /// A method of .NET's collections, <c>skips.Add(x)</c>: whatever it does, it moves elements, between its receiver,
    /// its arguments and its result. LINQ's results are lazy, so they are the collections that they read.
    /// </summary>
    private ImmutableHashSet<TensorValue> MoveElements(IInvocationOperation call)
    {
        ImmutableHashSet<TensorValue> receiver = call.Instance is null ? None : Expression(call.Instance);
        var lambdas = call.Arguments.Select(a => LambdaOf(a.Value)).OfType<IAnonymousFunctionOperation>().ToList();
        var arguments = call
            .Arguments.Where(a => a.ArgumentKind != ArgumentKind.DefaultValue && LambdaOf(a.Value) is null)
            .Select(a =>
                (a.Value, a.Parameter!.RefKind, Values: a.Parameter.RefKind == RefKind.Out ? None : Expression(a.Value))
            )
            .ToList();
        if (lambdas.Count > 0)
        {
            if (!IsReadAtOnce(call))
                CannotAnalyse(
                    call,
                    $"'{call.TargetMethod.Name}' computes tensors later; end it with ToArray() or ToList() at once");
            return Mapped(call, lambdas, arguments.Aggregate(receiver, (all, a) => all.Union(a.Values)));
        }
        ImmutableHashSet<TensorValue> collections = receiver;
        foreach ((IOperation? value, RefKind kind, ImmutableHashSet<TensorValue>? values) in arguments.Where(a =>
                a.RefKind != RefKind.Out))
        {
            if (Of(value.Type) != Tensorness.List)
                StoreIn(collections, values, call);
            else if (!receiver.IsEmpty)
                StoreIn(receiver, ContentsOf(values), call);
            else
                collections = collections.Union(values);
        }
        foreach ((IOperation? value, RefKind _, ImmutableHashSet<TensorValue> _) in arguments.Where(a =>
                a.RefKind == RefKind.Out))
        {
            if (Of(value.Type) != Tensorness.None)
                Store(value, ContentsOf(collections), call);
        }
        switch (Of(call.Type))
        {
            case Tensorness.None:
                return None;
            case Tensorness.List when collections.IsEmpty:
                TensorValue made = Holder(Origin.Collection, call);
                foreach ((IOperation _, RefKind _, ImmutableHashSet<TensorValue>? values) in arguments)
                    Add(made, TensorValue.AnyElement, values);
                return [made];
            case Tensorness.List when !ContentsOf(collections).Any(e => e.Origin == Origin.Collection):
                return collections;
            case not Tensorness.Other when collections.IsEmpty:
                CannotAnalyse(
                    call,
                    $"where the elements that '{call.TargetMethod.Name}' gives come from is not known; use arrays, "
                        + "lists and tuples");
                return None;
            case Tensorness.Other:
                return NotFollowed(call);
            default:
                return Fresh(call, call.Syntax.ToString(), ContentsOf(collections));
        }
    }

    private ImmutableHashSet<TensorValue> NotFollowed(IInvocationOperation call)
    {
        CannotAnalyse(
            call,
            $"'{call.TargetMethod.Name}' gives tensors in a form that is not followed; use arrays, lists and tuples");
        return None;
    }

    /// <summary>
    /// What a method gives that calls lambdas with elements of collections, or with what it is given.
    /// </summary>
    private ImmutableHashSet<TensorValue> Mapped(
        IInvocationOperation call,
        IReadOnlyList<IAnonymousFunctionOperation> lambdas,
        ImmutableHashSet<TensorValue> arguments)
    {
        ImmutableHashSet<TensorValue> elements = ContentsOf(arguments), results = None;
        foreach (IAnonymousFunctionOperation lambda in lambdas)
            results = results.Union(Lambda(lambda, elements.Union(results)));
        // Where picks elements, Select makes others, Aggregate gives one of both.
        bool makes = lambdas.Any(l => Of(l.Symbol.ReturnType) != Tensorness.None);
        ImmutableHashSet<TensorValue> given = !makes ? elements
            : call.TargetMethod.Name == "Aggregate" ? elements.Union(results)
            : call.TargetMethod.Name == "SelectMany" ? ContentsOf(results)
            : results;
        switch (Of(call.Type))
        {
            case Tensorness.None:
                return None;
            case Tensorness.List:
                TensorValue made = Holder(Origin.Collection, call);
                Add(made, TensorValue.AnyElement, given);
                return [made];
            case Tensorness.Other:
                return NotFollowed(call);
            default:
                return Fresh(call, call.Syntax.ToString(), given);
        }
    }

    /// <summary>Whether an operation is of the object that an initialiser is for.</summary>
    private static bool IsImplicit(IOperation? instance) =>
        instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ImplicitReceiver };
}
