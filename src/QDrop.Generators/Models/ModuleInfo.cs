using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>A module class whose quantized twin is written.</summary>
/// <param name="Namespace">Its namespace, or an empty string.</param>
/// <param name="Shells">
/// The declarations to reopen, outermost first, the class itself last: <c>partial class Outer&lt;T&gt;</c>.
/// </param>
/// <param name="Type">Its fully qualified name.</param>
/// <param name="Name">Its name in documentation.</param>
/// <param name="Twin">Name of the nested twin.</param>
/// <param name="HidesTwin">Whether a base class has a twin of the same name.</param>
/// <param name="HidesModel">Whether a base class is a model.</param>
/// <param name="IsBlock">Whether it is reconstructed as one unit.</param>
internal sealed record ModuleInfo(
    string HintName,
    string Namespace,
    EquatableArray<string> Shells,
    string Type,
    string Name,
    string Twin,
    bool HidesTwin,
    bool HidesModel,
    bool IsBlock,
    ForwardInfo Forward);

/// <summary>A lowered <c>forward</c>.</summary>
/// <param name="Types">Types of its inputs and, last, of its result, between commas.</param>
/// <param name="IsUnary">Whether one tensor goes in and one comes out.</param>
/// <param name="Signature">Its declaration.</param>
/// <param name="ModelField">Name of the twin's field with the float module.</param>
/// <param name="IsExpression">Whether <paramref name="Lines"/> is an expression instead of statements.</param>
/// <param name="Lines">The rewritten body; a line may hold line breaks of a string literal.</param>
/// <param name="InLoops">Names of the chains that a loop may reach several times in one call.</param>
/// <param name="Methods">Copies of the helpers that it calls.</param>
/// <param name="Accessors">Methods that read private members of base classes.</param>
/// <param name="Captured">
/// Properties that the module class needs, to show its primary constructor's parameters to the twin.
/// </param>
internal sealed record ForwardInfo(
    string Types,
    bool IsUnary,
    string Signature,
    string ModelField,
    bool IsExpression,
    EquatableArray<string> Lines,
    EquatableArray<ChainInfo> Chains,
    EquatableArray<string> InLoops,
    EquatableArray<MethodInfo> Methods,
    EquatableArray<string> Accessors,
    EquatableArray<string> Captured);

/// <summary>A copy of a helper.</summary>
/// <param name="IsExpression">Whether <paramref name="Lines"/> is an expression instead of statements.</param>
internal sealed record MethodInfo(string Signature, bool IsExpression, EquatableArray<string> Lines);

/// <summary>A run of unary steps that the twin executes as one call.</summary>
/// <param name="Field">The twin's field.</param>
/// <param name="Feeds">A member of <c>QDrop.CompilerServices.Feeds</c>.</param>
/// <param name="UsesModel">Whether its steps refer to the float module.</param>
/// <param name="CallTypes">
/// For the call of a module with several tensors in or out, which is no chain: the types of these.
/// </param>
/// <param name="Computed">
/// What is computed in place and handed to the chain (<c>add</c>), where it does not begin with a layer.
/// </param>
internal sealed record ChainInfo(
    string Name,
    string Field,
    string Feeds,
    bool UsesModel,
    string? Computed,
    EquatableArray<StepInfo> Steps,
    string? CallTypes);

/// <summary>One step of a chain.</summary>
/// <param name="Name">Its name in documentation.</param>
/// <param name="IsFloat">Whether it is a module that <c>[FullPrecision]</c> leaves float.</param>
/// <param name="IsBlock">
/// Whether it is one unit of reconstruction, where the attribute of the field or property that holds it says it.
/// </param>
/// <param name="Type">The layer's type, as far as compile time knows; none for a function.</param>
/// <param name="Kind">What the layer is to quantization, where it is known to be one of TorchSharp's.</param>
/// <param name="Code">The element of the chain's step list.</param>
internal sealed record StepInfo(string Name, bool IsFloat, bool? IsBlock, string? Type, LayerKind? Kind, string Code);
