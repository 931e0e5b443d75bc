using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Calls of modules.</content>
internal sealed partial class ForwardFlow
{
    private ImmutableHashSet<TensorValue> Layer(
        IOperation operation, IInvocationOperation call, IOperation receiver, bool isConditional)
    {
        Placed resolved = Resolve(receiver);
        IOperation module = WithoutConversions(resolved.Operation);
        ITypeSymbol type = _frame.Types.Apply(receiver.Type!);
        bool isFloat = FullPrecision.Holds(module, type);
        if (!isFloat && _context.Layers.WhyNot(type) is { } reason)
        {
            Report(Rules.UnsupportedLayer, operation.Syntax, module.Syntax.ToString(), type.Name, reason);
            VisitAll(call.Arguments);
            return Unknown(operation);
        }
        if (module is IInstanceReferenceOperation)
        {
            CannotAnalyse(
                operation,
                "forward calls itself; write the recursion as a loop, or make the other forward a module class of its "
                    + "own");
            VisitAll(call.Arguments);
            return Unknown(operation);
        }
        if (module.DescendantsAndSelf().Any(CreatesModule) && !IsMadeAlike(resolved))
            CannotAnalyse(
                operation,
                "a module is created while forward runs; create it in the constructor and keep it in a field");
        if (!_torch.IsUnaryModuleOrInterface(type) || call.Arguments.Length != 1)
            return CallOf(operation, call, receiver, resolved, type, isConditional, isFloat);

        IOperation argument = call.Arguments[0].Value;
        ImmutableHashSet<TensorValue> input = Expression(argument);
        TensorValue value = Value(Origin.Layer, operation);
        bool isFixed = IsFixed(resolved);
        value.Layer ??= new LayerCall(
            receiver, resolved, argument, NameOf(module), type, isFixed, IsSpread: false, isConditional);
        value.Input = Use(UseKind.Compute, argument, value, input);
        if (IsMadeInPlace(module))
            ChangeStorage(operation, value, input);
        return [value];
    }

    /// <summary>A call of a module with several tensors in or out. All that it returns is one value.</summary>
    private ImmutableHashSet<TensorValue> CallOf(
        IOperation operation,
        IInvocationOperation call,
        IOperation receiver,
        Placed resolved,
        ITypeSymbol type,
        bool isConditional,
        bool isFloat)
    {
        ImmutableArray<ITypeSymbol> signature = _torch.SignatureOf(type);
        bool isDirect = isFloat && LayerTable.IsTorchSharp(type) && IsTensor(call.Type)
            && (signature.Length > TorchTypes.MaxInputs + 1
                || !call.TargetMethod.Parameters.Select(p => p.Type).SequenceEqual(
                    signature.Take(signature.Length - 1), SymbolEqualityComparer.Default));
        string? reason = isDirect ? null
            : call.TargetMethod.Parameters.FirstOrDefault(p => p.Type.Name == "PackedSequence") is not null
                ? "is called with a PackedSequence, which is not followed; call it with padded tensors"
            : _context.Layers.TakesSeveral(type) ? null
            : signature.Length != call.Arguments.Length + 1
            || signature.Length > TorchTypes.MaxInputs + 1 || (LayerTable.IsTorchSharp(type) && !isFloat)
                ? $"is a {type.Name}, which does not take one tensor and return one; expected a Module<Tensor, "
                    + "Tensor>, or a module class of this project with up to six inputs"
            : null;
        if (isConditional && !IsTensor(call.Type))
            reason ??= "is called with '?.' and returns several tensors; test it for null before";
        if (reason is not null)
        {
            CannotAnalyse(operation, $"'{resolved.Operation.Syntax}' {reason}");
            VisitAll(call.Arguments);
            return Unknown(operation);
        }
        TensorValue value = Value(Origin.Call, operation);
        value.Layer ??= new LayerCall(
            receiver,
            resolved,
            call.Arguments[0].Value,
            NameOf(resolved.Operation),
            type,
            IsFixed(resolved),
            IsSpread: false,
            isConditional)
        {
            IsDirect = isDirect,
        };
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.ArgumentKind == ArgumentKind.DefaultValue)
                continue;
            if (Of(argument.Parameter!.Type) == Tensorness.None)
            {
                NoTensor(argument.Value);
                continue;
            }
            ImmutableHashSet<TensorValue> values = Tensors(Expression(argument.Value));
            Use(UseKind.Compute, argument.Value, value, values);
            // The module may hand on what it is given.
            value.Roots.UnionWith(values.SelectMany(v => v.Roots));
        }
        return [value];
    }

    /// <summary>
    /// Whether the expression is the same module at every run: a member of the model, members of it, elements at
    /// constant indices.
    /// </summary>
    private static bool IsFixed(IOperation module, Frame frame) =>
        WithoutConversions(module) switch
        {
            IInstanceReferenceOperation => !frame.IsGiven,
            IParameterReferenceOperation
            {
                Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor }
            } => true,
            IFieldReferenceOperation field => field.Instance is null || IsFixed(field.Instance, frame),
            IPropertyReferenceOperation property => IsStored(property.Property)
                && (property.Instance is null || IsFixed(property.Instance, frame))
                && property.Arguments.All(a => a.Value.ConstantValue.HasValue),
            IArrayElementReferenceOperation element => IsFixed(element.ArrayReference, frame)
                && element.Indices.All(i => i.ConstantValue.HasValue),
            _ => false,
        };

    private bool IsFixed(Placed module) => IsFixed(module.Operation, module.Frame) || IsMadeAlike(module);

    /// <summary>
    /// Whether a module that forward makes is the same at every run, as <c>GELU()</c> is: a layer without weights, made
    /// from what the model has.
    /// </summary>
    private bool IsMadeAlike(Placed module) =>
        WithoutConversions(module.Operation) is var made
        && CreatesModule(made)
        && LayerTable.IsTorchSharp(made.Type)
        && _context.Layers.KindOf(made.Type) is LayerKind.Activation or LayerKind.PassThrough
        && made.ChildOperations.SelectMany(static argument => argument.DescendantsAndSelf())
            .All(part => IsSameAtEachRun(part, module.Frame));

    /// <summary>
    /// Whether a part of an expression is a constant, or reads a number of the model that forward does not change.
    /// </summary>
    private bool IsSameAtEachRun(IOperation part, Frame frame) => part switch
    {
        { ConstantValue.HasValue: true } => true,
        IInstanceReferenceOperation => !frame.IsGiven,
        IMemberReferenceOperation member =>
            member is IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 }
            && (member is not IPropertyReferenceOperation property
                || (IsOfCompilation(property.Property) && IsStored(property.Property)))
            && member.Type is { IsValueType: true } or { SpecialType: SpecialType.System_String }
            && (member.Instance is null or IInstanceReferenceOperation)
            && !WrittenMembers().Contains(member.Member.OriginalDefinition),
        IConversionOperation { OperatorMethod: var method } => method is null || !IsOfCompilation(method),
        IBinaryOperation { OperatorMethod: var method } => method is null,
        IUnaryOperation { OperatorMethod: var method } => method is null,
        IArgumentOperation or IArrayCreationOperation or IArrayInitializerOperation or ITupleOperation
            or ICollectionExpressionOperation or IDefaultValueOperation => true,
        _ => false,
    };

    /// <summary>Whether a property is a plain place to keep a value, as far as its source is known.</summary>
    private static bool IsStored(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.IsEmpty
        || property
            .ContainingType.GetMembers()
            .OfType<IFieldSymbol>()
            .Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property));

    /// <summary>Whether an expression makes a new module.</summary>
    public static bool CreatesModule(IOperation operation) =>
        operation is IObjectCreationOperation
        || (operation is IInvocationOperation { TargetMethod: { IsStatic: true } method }
            && method.ContainingAssembly.Name == "TorchSharp");

    /// <summary>
    /// The name that a reader would call a module by: <c>conv1</c>, <c>features.conv1</c>, <c>layers[0]</c>,
    /// <c>block</c>.
    /// </summary>
    private static string NameOf(IOperation module)
    {
        if (CreatesModule(WithoutConversions(module)))
            return module.Type!.Name;
        string text = string.Concat(WithoutConversions(module).Syntax.DescendantTokens().Select(t => t.ValueText));
        return text.StartsWith("this.", StringComparison.Ordinal) ? text.Substring("this.".Length) : text;
    }
}
