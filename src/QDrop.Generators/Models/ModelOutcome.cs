using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>What one <c>[Quantize]</c> class leads to: the files to write, or the diagnostics that stand against it.</summary>
internal sealed record ModelOutcome(EquatableArray<ModuleFile> Files, EquatableArray<DiagnosticInfo> Diagnostics)
{
    public static ModelOutcome Nothing { get; } = new(default, default);
}

/// <summary>One generated file: the twin of a module class and, for a <c>[Quantize]</c> class, what makes it a model.</summary>
internal sealed record ModuleFile(ModuleInfo Module, ModelInfo? Model);
