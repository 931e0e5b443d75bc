using System.Linq;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>A diagnostic to report: which rule, where, and the arguments of its message.</summary>
internal sealed record DiagnosticInfo(string Id, LocationInfo Location, EquatableArray<string> Arguments)
{
    public static DiagnosticInfo Create(DiagnosticDescriptor rule, LocationInfo location, params string[] arguments) =>
        new(rule.Id, location, arguments.ToEquatableArray());

    public Diagnostic ToDiagnostic(Location location) => Diagnostic.Create(Rules.ById(Id), location, Arguments.Cast<object>().ToArray());
}
