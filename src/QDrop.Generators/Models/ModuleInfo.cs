using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>A module class whose quantized twin is written.</summary>
/// <param name="Namespace">Its namespace, or an empty string.</param>
/// <param name="Shells">The declarations to reopen, outermost first, the class itself last: <c>partial class Outer&lt;T&gt;</c>.</param>
/// <param name="Type">Its fully qualified name.</param>
/// <param name="Name">Its name in documentation.</param>
/// <param name="Twin">Name of the nested twin.</param>
/// <param name="HidesTwin">Whether a base class has a twin of the same name.</param>
/// <param name="IsBlock">Whether it is reconstructed as one unit.</param>
internal sealed record ModuleInfo(
    string HintName,
    string Namespace,
    EquatableArray<string> Shells,
    string Type,
    string Name,
    string Twin,
    bool HidesTwin,
    bool IsBlock,
    ForwardInfo Forward);

/// <summary>A lowered <c>forward</c>.</summary>
/// <param name="Parameter">Name of its parameter, escaped where it is a keyword.</param>
/// <param name="ModelField">Name of the twin's field with the float module.</param>
/// <param name="IsExpression">Whether <paramref name="Lines"/> is an expression instead of statements.</param>
/// <param name="Lines">The rewritten body; a line may hold line breaks of a string literal.</param>
internal sealed record ForwardInfo(string Parameter, string ModelField, bool IsExpression, EquatableArray<string> Lines, EquatableArray<ChainInfo> Chains);

/// <summary>A run of unary steps that the twin executes as one call.</summary>
/// <param name="Field">The twin's field.</param>
/// <param name="Feeds">A member of <c>QDrop.Modules.Feeds</c>.</param>
/// <param name="UsesModel">Whether its steps refer to the float module.</param>
/// <param name="Computed">What is computed in place and handed to the chain (<c>add</c>), where it does not begin with a layer.</param>
internal sealed record ChainInfo(string Name, string Field, string Feeds, bool UsesModel, string? Computed, EquatableArray<StepInfo> Steps);

/// <summary>One step of a chain.</summary>
/// <param name="Name">Its name in documentation.</param>
/// <param name="Type">The layer's type, as far as compile time knows; none for a function.</param>
/// <param name="Code">The element of the chain's step list.</param>
internal sealed record StepInfo(string Name, string? Type, string Code);
