using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Properties, and what looks tensors up in the model.</content>
internal sealed partial class ForwardFlow
{
    private ImmutableHashSet<TensorValue> Property(IPropertyReferenceOperation property)
    {
        if (IsTensor(property.Instance?.Type))
        {
            if (Of(property.Type) == Tensorness.None && _ops.Knows(property.Property)
                && IsOfModules(property.Instance!))
            {
                return None;
            }
            IEnumerable<CallArgument> arguments = property
                .Arguments.Where(a => a.ArgumentKind != ArgumentKind.DefaultValue)
                .Select(ToCallArgument);
            return Operation(property, property.Property, [Argument(property.Instance!), .. arguments], []);
        }
        if (IsFollowedGetter(property))
            return Follow(
                property,
                Implementation(property.Property.GetMethod!, property.Instance is { } self && IsBase(self), _frame),
                []);
        if (Of(property.Instance?.Type) is Tensorness.List or Tensorness.Tuple)
        {
            if (Collection(property) is { } elements)
                return elements;
            // state.Value of a (Tensor, Tensor)?
            if (property.Instance!.Type is { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
                && property.Property.Name == "Value")
                return Expression(property.Instance);
            if (Of(property.Instance!.Type) == Tensorness.Tuple
                && property.Property.Name.StartsWith("Item", StringComparison.Ordinal)
                && int.TryParse(property.Property.Name.Substring(4), out int item))
                return Fresh(
                    property, property.Syntax.ToString(), ContentsOf(Expression(property.Instance!), item - 1));
            if (Of(property.Type) != Tensorness.None
                && ItemOf(property.Instance!.Type!, property.Property) is >= 0 and var place)
                return Fresh(property, property.Syntax.ToString(), ContentsOf(Expression(property.Instance), place));
            Expression(property.Instance!);
            if (Of(property.Type) != Tensorness.None)
                CannotAnalyse(
                    property,
                    $"'{property.Property.Name}' gives tensors in a form that is not followed; use arrays, lists and "
                        + "tuples");
            return None;
        }
        foreach (IArgumentOperation argument in property.Arguments)
            NoTensor(argument.Value);
        if (Of(property.Type) != Tensorness.None)
            return OwnTensor(property, property.Instance);
        if (property.Instance is not null)
            NoTensor(property.Instance);
        return None;
    }

    /// <summary>Whether a call looks a tensor up in the model by its name: <c>get_buffer("mask")</c>.</summary>
    private bool IsOwnLookup(IInvocationOperation call) =>
        call.TargetMethod is { Name: "get_buffer" or "get_parameter", ContainingType: var type }
        && SymbolEqualityComparer.Default.Equals(type, _torch.Module)
        && IsOwnObject(call.Instance)
        && call.Arguments.All(static a => a.Value.ConstantValue.HasValue);

    /// <summary>
    /// Whether an expression only looks a tensor up in the model or one of its layers, as
    /// <c>parameters().First()</c> does: asking it for its device or type is no use of a weight.
    /// </summary>
    private bool IsOfModules(IOperation expression) => expression.DescendantsAndSelf().All(o => o switch
    {
        IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 } => true,
        IInvocationOperation { TargetMethod: { ContainingType: var type, Name: var name } } =>
            SymbolEqualityComparer.Default.Equals(type, _torch.Module)
                ? name is "parameters" or "buffers" or "get_parameter" or "get_buffer"
                : type is { Name: "Enumerable", ContainingNamespace.Name: "Linq" },
        IInstanceReferenceOperation or ILiteralOperation or IArgumentOperation or IConversionOperation => true,
        _ => false,
    });

    /// <summary>Whether a member is a property of the model that computes tensors each time it is read.</summary>
    private bool IsFollowedGetter(IMemberReferenceOperation member) =>
        member
            is IPropertyReferenceOperation
        {
            Property: { IsIndexer: false, GetMethod: { } getter } property,
            Instance: var instance
        }
        && (instance is null || IsOwnObject(instance))
        && IsOfCompilation(property)
        && Of(property.Type) != Tensorness.None
        && Implementation(getter, instance is not null && IsBase(instance), _frame) is var method
        && (_frame.Self is null || instance is null || IsBase(instance) || !MayBeAnother(method))
        && BodyOf(method) is not null;
}
