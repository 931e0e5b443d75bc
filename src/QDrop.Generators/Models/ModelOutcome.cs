using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>What one <c>[Quantize]</c> class leads to: the files to write, none where an error stands against it, and the diagnostics.</summary>
/// <param name="Reached">Full names of the module classes that the model may be made of.</param>
internal sealed record ModelOutcome(EquatableArray<ModuleFile> Files, EquatableArray<DiagnosticInfo> Diagnostics, EquatableArray<string> Reached)
{
    public static ModelOutcome Nothing { get; } = new(default, default, default);
}

/// <summary>One generated file: the twin of a module class and, for a <c>[Quantize]</c> class, what makes it a model.</summary>
internal sealed record ModuleFile(ModuleInfo Module, ModelInfo? Model);
