using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>
/// A diagnostic to report: which rule, where, the arguments of its message, and what a fix needs to know.
/// </summary>
internal sealed record DiagnosticInfo(
    string Id, LocationInfo Location, EquatableArray<string> Arguments, EquatableArray<FixProperty> Properties)
{
    public static DiagnosticInfo Create(DiagnosticDescriptor rule, LocationInfo location, params string[] arguments) =>
        new(rule.Id, location, arguments.ToEquatableArray(), default);

    /// <param name="location">The place, in the compilation that is analysed.</param>
    public Diagnostic ToDiagnostic(Location location) => Diagnostic.Create(
        Rules.ById(Id),
        location,
        Properties.ToImmutableDictionary(property => property.Name, property => (string?)property.Value),
        Arguments.Cast<object>().ToArray());
}

/// <summary>One thing that a diagnostic tells its fix: a name of <see cref="FixData"/>, and its value.</summary>
internal sealed record FixProperty(string Name, string Value);
