using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>
/// The result of analysing one <c>[Quantize]</c> class: the files to write, none if it has errors, and the diagnostics.
/// </summary>
/// <param name="Name">The class's full name.</param>
/// <param name="Reached">Full names of the module classes that the model may be made of.</param>
/// <param name="Parts">
/// Full names of those among them that have the attribute for this model's sake, to override its settings.
/// </param>
internal sealed record ModelOutcome(
    string Name,
    EquatableArray<ModuleFile> Files,
    EquatableArray<DiagnosticInfo> Diagnostics,
    EquatableArray<string> Reached,
    EquatableArray<string> Parts)
{
    public static ModelOutcome Nothing { get; } = new("", default, default, default, default);

    /// <summary>Those that are models of their own, and not parts of others.</summary>
    public static IEnumerable<ModelOutcome> Models(IReadOnlyCollection<ModelOutcome> outcomes)
    {
        // Of classes that reach one another, none is a part.
        ILookup<string, string> parts = outcomes
            .SelectMany(model => model.Parts, (model, part) => (model.Name, Part: part))
            .ToLookup(p => p.Part, p => p.Name);
        return outcomes.Where(outcome => parts[outcome.Name].All(model => outcome.Parts.Contains(model)));
    }
}

/// <summary>
/// One generated file: the twin of a module class and, for a <c>[Quantize]</c> class, what makes it a model.
/// </summary>
internal sealed record ModuleFile(ModuleInfo Module, ModelInfo? Model);
