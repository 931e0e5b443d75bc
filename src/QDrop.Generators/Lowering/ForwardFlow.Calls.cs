using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Helpers;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Calls of the vocabulary, and which calls are those of modules.</content>
internal sealed partial class ForwardFlow
{
    private readonly record struct CallArgument(IOperation Value, OpArgument Shape);

    private static CallArgument Argument(IOperation operand, ITypeSymbol? type = null) =>
        new(operand, new OpArgument(type ?? operand.Type!));

    /// <summary>Operands of an operator, each with the type of the parameter that takes it.</summary>
    private static CallArgument[] OperandsOf(IMethodSymbol @operator, params IOperation[] operands) =>
        [.. operands.Select((operand, i) => Argument(operand, @operator.Parameters[i].Type))];

    private bool IsModuleCall(IInvocationOperation call) =>
        call.TargetMethod is { IsStatic: false, Name: "forward" or "call" } && call.Instance is { Type: { } type }
        && _frame.Types.Apply(type) is var module
        && (_torch.IsModule(module) || !_torch.SignatureOf(module).IsEmpty)
        && !IsAnotherCall(call.TargetMethod, module);

    /// <summary>Whether a method of the user's is called <c>call</c> but is not what runs the module.</summary>
    private bool IsAnotherCall(IMethodSymbol method, ITypeSymbol module)
    {
        if (method.Name != "call" || module is not INamedTypeSymbol { TypeKind: TypeKind.Class } type
            || !IsOfCompilation(method) || method.ContainingType.TypeKind != TypeKind.Class)
            return false;
        IMethodSymbol? forward = ModuleClass.ForwardOf(type, _torch);
        return forward is null || !(SymbolEqualityComparer.Default.Equals(
            forward.OriginalDefinition, method.OriginalDefinition) || VirtualMethods.Overrides(forward, method));
    }

    private ImmutableHashSet<TensorValue> Invoke(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (HelperOf(call) is { } helper)
            return Follow(call, helper, call.Arguments);
        if (IsModuleCall(call))
        {
            NoTensor(call.Instance!);
            return Layer(call, call, call.Instance!, isConditional: false);
        }
        if (IsOwnLookup(call))
            return [Value(Origin.External, call)];
        if (_ops.Knows(method))
            return Operation(call, method, ArgumentsOf(call), OmittedBy(call));
        if (Of(call.Instance?.Type) == Tensorness.None && !MentionsTensors(method))
        {
            foreach (IOperation child in call.ChildOperations)
                NoTensor(child is IArgumentOperation argument ? argument.Value : child);
            return None;
        }
        if (IsOfCollections(method))
            return MoveElements(call);
        if (method.MethodKind == MethodKind.DelegateInvoke && IsGiven(call.Instance))
            return Unknown(call);
        if (method.MethodKind == MethodKind.DelegateInvoke)
            CannotAnalyse(call, "a delegate is called with tensors; call the function itself");
        else if (IsOfCompilation(method))
            CannotAnalyse(
                call,
                $"'{method.ContainingType.Name}.{method.Name}' works on tensors, and which code it runs is not known: "
                    + "expected a static method, or one that nothing overrides, of an object that the model has");
        else if (SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, _torch.Tensor.ContainingAssembly))
            UnknownOperation(call, method, "");
        else
            CannotAnalyse(
                call,
                $"'{method.ContainingType.Name}.{method.Name}' takes or returns tensors, and is not one of "
                    + "TorchSharp's operations");
        if (call.Instance is { } instance && method.MethodKind != MethodKind.DelegateInvoke)
            Expression(instance);
        VisitAll(call.Arguments);
        return Unknown(call);
    }

    /// <summary>A use of a member that has to do with tensors: one of the vocabulary, or an error.</summary>
    private ImmutableHashSet<TensorValue> Operation(
        IOperation operation,
        ISymbol member,
        IReadOnlyList<CallArgument> arguments,
        IReadOnlyList<IParameterSymbol> omitted) =>
        Operation(operation, member, _ops.Find(member, [.. arguments.Select(a => a.Shape)], omitted), arguments);

    private ImmutableHashSet<TensorValue> Operation(
        IOperation operation, ISymbol member, Op? op, IReadOnlyList<CallArgument> arguments)
    {
        bool isTensor = IsTensor(operation.Type);
        bool isMany = op?.Kind == OpKind.PassThrough && Of(operation.Type) is Tensorness.List or Tensorness.Tuple;
        if (op is null || (op.Kind != OpKind.Neutral && !isTensor && !isMany))
        {
            UnknownOperation(
                operation,
                member,
                op is not null ? " that gives one tensor"
                    : _ops.Knows(member) ? " with these arguments"
                    : "");
            VisitAll(arguments.Select(a => a.Value));
            return Unknown(operation);
        }

        IOperation? data =
            op.Kind == OpKind.Join ? null : arguments.Select(a => a.Value).FirstOrDefault(a => IsTensor(a.Type));
        var operands = new List<Operand>();
        for (int i = 0; i < arguments.Count; i++)
        {
            string? parameter = arguments[i].Shape.Name
                ?? (i < op.Parameters.Count ? op.Parameters[i].Name : null);
            foreach (IOperation operand in Operands(arguments[i].Value))
            {
                ImmutableHashSet<TensorValue> values = Expression(operand);
                if (Of(operand.Type) is Tensorness.Tensor or Tensorness.List)
                {
                    values = Fresh(operand, operand.Syntax.ToString(), Tensors(values));
                    operands.Add(new(operand, values, arguments[i], parameter));
                }
                else if (values.Count > 0)
                {
                    CannotAnalyse(operand, "a tensor is used in a way that is not supported here");
                }
            }
        }
        IOperation? added = AddedIn(operation);
        bool isProduct = Products.Contains(op.Name);
        ProductCall? product = isProduct ? ProductOf(op, arguments, operands) : null;
        SumCall? sum = SumOf(op, arguments, operands);
        if (isProduct && product is null && !operands.Any(o => o.IsReported)
            && operands.Any(o => o.Place != added && o.IsOfModel))
            UnknownOperation(
                operation, member, " on a tensor of the model, whose values would stay float: use a Linear layer");

        if (op.Name == "index" && operands.Skip(1).Any(o => o.Values.Any(IsMask)))
            UnknownOperation(operation, member, " with a mask: the shape of what it gives depends on values");

        TensorValue? value = isTensor || isMany ? Value(Origin.Operation, operation) : null;
        if (value is not null)
        {
            value.IsOfModel |= operands.Count > 0 && operands.All(o => o.IsOfModel);
            value.IsReported |= operands.Any(o => o.IsReported);
            (value.Product, value.Sum) = (product, sum);
            data ??= product?.Data ?? sum?.Data;
        }
        foreach ((IOperation operand, ImmutableHashSet<TensorValue> values, _, _) in operands)
        {
            Use use = Use(
                operand == added ? UseKind.Join : KindOf(op, operand == data, value is not null),
                operand,
                value,
                values);
            if (value is null)
                continue;
            if (operand == data)
                value.Input = use;
            if (op.Kind is OpKind.PassThrough or OpKind.Neutral && !IsNew(op))
                value.Roots.UnionWith(values.SelectMany(v => v.Roots));
        }
        if (value is null)
            return Of(operation.Type) == Tensorness.None
                ? None
                : operands.Aggregate(None, (all, o) => all.Union(Expression(o.Place)));

        bool isInPlace = op.Kind != OpKind.Neutral && IsInPlace(op, operation);
        value.Op ??= new OpCall(
            op,
            [.. arguments.Select(a => a.Value)],
            op.Kind == OpKind.Join ? null : data,
            isInPlace,
            op.Kind != OpKind.Neutral && arguments.All(a => a.Value == data || IsOfModelOnly(a.Value)),
            isMany);
        if (isInPlace)
            ChangeInPlace(operation, value, operands[0].Values);
        if (!isMany || Of(operation.Type) == Tensorness.Tuple)
            return [value];
        // chunk(2) is a collection of views of what it splits.
        TensorValue parts = Holder(Origin.Collection, operation);
        Add(parts, TensorValue.AnyElement, [value]);
        return [parts];
    }

    /// <summary>Whether an operation makes a tensor of its own: <c>zeros_like</c>, <c>clone</c>.</summary>
    private static bool IsNew(Op op) =>
        op.Name == "clone"
        || op.Name.EndsWith("_like", StringComparison.Ordinal)
        || op.Name.StartsWith("new_", StringComparison.Ordinal);

    /// <summary>Whether a value is certain to be one of truth values.</summary>
    private static bool IsMask(TensorValue value) => value is { Kind: OpKind.Neutral, Op.Op.Name: var name }
        && (name is "eq" or "ne" or "gt" or "ge" or "lt" or "le" or "isnan" or "isinf" or "isfinite"
            || name.StartsWith("op_", StringComparison.Ordinal)
            || name.StartsWith("logical_", StringComparison.Ordinal));

    /// <summary>What attention adds to its scores, or hides them by: nothing is multiplied with it.</summary>
    private static IOperation? AddedIn(IOperation operation) =>
        (operation as IInvocationOperation)?.Arguments.FirstOrDefault(a => a.Parameter is { Name: "attn_mask" })?.Value;

    private static UseKind KindOf(Op op, bool isData, bool givesTensor) => op.Kind switch
    {
        // What is multiplied as matrices is computed with, as in a layer: it is quantized before.
        OpKind.Join when Products.Contains(op.Name) => UseKind.Compute,
        OpKind.Join => UseKind.Join,
        OpKind.Activation when isData => UseKind.Compute,
        OpKind.PassThrough when isData => UseKind.Through,
        OpKind.Neutral when givesTensor => UseKind.Through,
        OpKind.Neutral when op.Name == nameof(IDisposable.Dispose) => UseKind.Dispose,
        OpKind.Neutral => UseKind.Ask,
        _ => UseKind.Beside,
    };

    /// <summary>
    /// The operands that an argument hands over: the elements of a list of tensors that is written in place, or itself.
    /// </summary>
    private IEnumerable<IOperation> Operands(IOperation argument)
    {
        IOperation list = WithoutConversions(argument);
        if (Of(argument.Type) == Tensorness.List || Of(list.Type) == Tensorness.List)
        {
            switch (list)
            {
                case IArrayCreationOperation { Initializer: { } initializer }:
                    return initializer.ElementValues;
                case ICollectionExpressionOperation collection
                    when !collection.Elements.OfType<ISpreadOperation>().Any():
                    return collection.Elements;
                case IObjectCreationOperation { Arguments.Length: 0, Initializer: { } initializer }
                    when initializer.Initializers.All(i => i is IInvocationOperation { Arguments.Length: 1 }):
                    return initializer.Initializers.Select(i => ((IInvocationOperation)i).Arguments[0].Value);
            }
        }
        return [argument];
    }

    private static IReadOnlyList<CallArgument> ArgumentsOf(IInvocationOperation call)
    {
        IEnumerable<CallArgument> arguments = call
            .Arguments.Where(a =>
                a.ArgumentKind == ArgumentKind.Explicit
                || (a.ArgumentKind != ArgumentKind.DefaultValue && !IsEmpty(a.Value)))
            .Select(ToCallArgument);
        return call.Instance is { } instance ? [Argument(instance), .. arguments] : [.. arguments];

        static bool IsEmpty(IOperation value) => value switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues.Length == 0,
            ICollectionExpressionOperation collection => collection.Elements.Length == 0,
            _ => false,
        };
    }

    private static CallArgument ToCallArgument(IArgumentOperation argument)
    {
        string? name = (argument.Syntax as ArgumentSyntax)?.NameColon?.Name.Identifier.ValueText;
        return new CallArgument(
            argument.Value,
            new OpArgument(
                argument.Parameter!.Type,
                name,
                argument.ArgumentKind != ArgumentKind.Explicit,
                WithoutConversions(argument.Value) is ICollectionExpressionOperation));
    }

    private static IReadOnlyList<IParameterSymbol> OmittedBy(IInvocationOperation call) =>
        [.. call.Arguments.Where(a => a.ArgumentKind == ArgumentKind.DefaultValue).Select(a => a.Parameter!)];

    private void UnknownOperation(IOperation operation, ISymbol member, string detail) =>
        Report(Rules.UnknownOperation, operation.Syntax, operation.Syntax switch
        {
            BinaryExpressionSyntax binary => $"operator {binary.OperatorToken.Text}",
            AssignmentExpressionSyntax assignment => $"operator {assignment.OperatorToken.Text}",
            PrefixUnaryExpressionSyntax unary => $"operator {unary.OperatorToken.Text}",
            _ => $"{member.ContainingType.Name}.{member.Name}",
        }, detail);

    private void VisitAll(IEnumerable<IOperation> operations)
    {
        foreach (IOperation? operation in operations.Where(o =>
                o is not IArgumentOperation { ArgumentKind: ArgumentKind.DefaultValue }))
        {
            foreach (
                IOperation operand in Operands(operation is IArgumentOperation argument ? argument.Value : operation))
                Expression(operand);
        }
    }

    /// <summary>
    /// Whether an argument depends on nothing but constants and the model's members, so that it can be evaluated
    /// elsewhere.
    /// </summary>
    private bool IsOfModelOnly(IOperation argument) =>
        argument
            .DescendantsAndSelf()
            .All(o =>
                o switch
                {
                    IParameterReferenceOperation
                    {
                        Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor }
                    } => true,
                    IInstanceReferenceOperation => !_frame.IsGiven,
                    ILocalReferenceOperation
                    or IParameterReferenceOperation
                    or IAnonymousFunctionOperation
                    or IAwaitOperation => false,
                    IAssignmentOperation or IIncrementOrDecrementOperation or IDeclarationExpressionOperation => false,
                    IInvocationOperation call => !IsOfCompilation(call.TargetMethod),
                    // What a getter reads may change, if anything does.
                    IPropertyReferenceOperation { Property: var property }
                        when IsOfCompilation(property) && !IsStored(property) => WrittenMembers().Count == 0,
                    IMemberReferenceOperation member => !WrittenMembers().Contains(member.Member.OriginalDefinition),
                    _ => Of(o.Type) == Tensorness.None,
                });
}
