using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Diagnostics;

/// <summary>The rules that hold for a model's source. Each has a page in <c>docs/diagnostics</c>.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule("QDROP001", "Module class is not partial",
        "'{0}' must be declared partial: the quantized twin of '{1}' is written into it");

    public static readonly DiagnosticDescriptor NotAModule = Rule("QDROP002", "Class is not a module of tensors",
        "'{0}' cannot be quantized: {1}; expected a class that derives from Module<Tensor, Tensor>, or a module with up to four inputs, and overrides forward");

    public static readonly DiagnosticDescriptor NotCreatable = Rule("QDROP003", "Model cannot be created",
        "'{0}' cannot be created by the calibration: {1}");

    public static readonly DiagnosticDescriptor BitWidth = Rule("QDROP004", "Bit width out of range",
        "{0} = {1} is not a bit width that can be used: expected 2 to 8");

    public static readonly DiagnosticDescriptor Drop = Rule("QDROP005", "Drop out of range",
        "Drop = {0} is not a probability: expected 0 to 1");

    public static readonly DiagnosticDescriptor Setting = Rule("QDROP006", "Setting out of range",
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor UnknownOperation = Rule("QDROP007", "Tensor operation outside the vocabulary",
        "'{0}' has no quantized counterpart{1}; see the list of operations, or move the operation out of the model");

    public static readonly DiagnosticDescriptor NotAnalysable = Rule("QDROP008", "forward cannot be analysed",
        "The forward of '{0}' cannot be analysed here: {1}");

    public static readonly DiagnosticDescriptor UnsupportedLayer = Rule("QDROP009", "Layer cannot be quantized",
        "'{0}' is a layer of type {1}, which cannot be quantized{2}");

    public static readonly DiagnosticDescriptor UnusedLayer = Warning("QDROP010", "Layer is never reached from forward",
        "'{0}' is a {1} that the forward of '{2}' never reaches: it is not quantized");

    public static readonly DiagnosticDescriptor SharedLayer = Advice("QDROP011", "Layer is called more than once",
        "'{0}' is called at more than one place: its weights are quantized once, for all of them together");

    public static readonly DiagnosticDescriptor BatchNormStays = Advice("QDROP012", "Batch norm is not folded",
        "'{0}' cannot be folded into a convolution or linear layer, and stays float: {1}");

    public static readonly DiagnosticDescriptor NothingToQuantize = Warning("QDROP013", "Model has nothing to quantize",
        "'{0}' has no convolution or linear layer: there are no weights to quantize");

    public static readonly DiagnosticDescriptor EmptyBlock = Warning("QDROP014", "Block has nothing to reconstruct",
        "'{0}' has no convolution or linear layer: as a block it has nothing to reconstruct");

    public static readonly DiagnosticDescriptor AttributeWithoutEffect = Warning("QDROP015", "Attribute has no effect",
        "[{0}] has no effect here: {1}");

    public static readonly DiagnosticDescriptor SettingWithoutEffect = Warning("QDROP016", "Setting has no effect",
        "{0} has no effect with {1}");

    public static readonly DiagnosticDescriptor MostlyFloat = Advice("QDROP017", "Most weights stay float",
        "[FullPrecision] leaves {0} of the weights of '{1}' float, not counting embeddings; where every layer runs at as many positions, as much of what is computed");

    public static readonly DiagnosticDescriptor TrainedPart = Rule("QDROP030", "Method of a part contradicts training",
        "Method = {0} cannot be used on a part of a model, since training changes all weights together: {1}");

    public static readonly DiagnosticDescriptor LearnedOffset = Rule("QDROP033", "Learned offset with steps that are powers of two",
        "Scale = {0} cannot be used with ActivationLearning = LsqPlus: a learned offset does not stay a whole number of steps; expected Lsq or Fixed");

    public static readonly DiagnosticDescriptor NormOfFisher = Rule("QDROP034", "Norm with the Fisher-weighted loss",
        "Norm = {0} cannot be used with Loss = Fisher, which weights squared errors: expected no Norm, or 2");

    public static readonly DiagnosticDescriptor Budget = Rule("QDROP036", "Budget of bit widths cannot be used",
        "Budget = \"{0}\" cannot be used: {1}");

    public static readonly DiagnosticDescriptor MaxW = Rule("QDROP037", "MaxW does not fit what is beside it",
        "MaxW = {0} cannot be used: {1}");

    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        NotPartial, NotAModule, NotCreatable, BitWidth, Drop, Setting, UnknownOperation, NotAnalysable, UnsupportedLayer,
        Budget, MaxW,
        UnusedLayer, SharedLayer, BatchNormStays, NothingToQuantize, EmptyBlock, AttributeWithoutEffect, SettingWithoutEffect, MostlyFloat,
        TrainedPart,
        LearnedOffset, NormOfFisher,
    ];

    public static DiagnosticDescriptor ById(string id) => All.First(rule => rule.Id == id);

    /// <summary>It cannot be done correctly. Without its twin a model cannot be used: who suppressed the error would not know why.</summary>
    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "QDrop", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Page(id), customTags: WellKnownDiagnosticTags.NotConfigurable);

    /// <summary>Something may be other than its author thinks.</summary>
    private static DiagnosticDescriptor Warning(string id, string title, string message) =>
        new(id, title, message, "QDrop", DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Page(id));

    private static DiagnosticDescriptor Advice(string id, string title, string message) =>
        new(id, title, message, "QDrop", DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: Page(id));

    private static string Page(string id) => $"https://github.com/qdrop-net/qdrop/blob/main/docs/diagnostics/{id}.md";
}
