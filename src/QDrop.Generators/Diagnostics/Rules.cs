using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Diagnostics;

/// <summary>The rules that hold for a model's source. Each has a page in <c>docs/diagnostics</c>.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule(Codes.NotPartial,
        "'{0}' must be declared partial: the quantized twin of '{1}' is written into it");

    public static readonly DiagnosticDescriptor NotAModule = Rule(Codes.NotAModule,
        "'{0}' cannot be quantized: {1}; expected a class that derives from Module<Tensor, Tensor>, "
        + "or a module with up to six inputs, and overrides forward");

    public static readonly DiagnosticDescriptor NotCreatable = Rule(Codes.NotCreatable,
        "'{0}' cannot be created by the calibration: {1}");

    public static readonly DiagnosticDescriptor BitWidth = Rule(Codes.BitWidth,
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor Drop = Rule(Codes.Drop,
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor Setting = Rule(Codes.Setting,
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor UnknownOperation = Rule(Codes.UnknownOperation,
        "'{0}' has no quantized counterpart{1}; see the list of operations, or move the operation out of the model");

    public static readonly DiagnosticDescriptor NotAnalysable = Rule(Codes.NotAnalysable,
        "The forward of '{0}' cannot be analysed here: {1}");

    public static readonly DiagnosticDescriptor UnsupportedLayer = Rule(Codes.UnsupportedLayer,
        "'{0}' is a layer of type {1}, which cannot be quantized{2}");

    public static readonly DiagnosticDescriptor UnusedLayer = Rule(Codes.UnusedLayer,
        "'{0}' is a {1} that the forward of '{2}' never reaches: it is not quantized");

    public static readonly DiagnosticDescriptor SharedLayer = Rule(Codes.SharedLayer,
        "'{0}' is called at more than one place: its weights are quantized once, for all of them together");

    public static readonly DiagnosticDescriptor BatchNormStays = Rule(Codes.BatchNormStays,
        "'{0}' cannot be folded into a convolution or linear layer, and stays float: {1}");

    public static readonly DiagnosticDescriptor NothingToQuantize = Rule(Codes.NothingToQuantize,
        "'{0}' has no convolution or linear layer: there are no weights to quantize");

    public static readonly DiagnosticDescriptor EmptyBlock = Rule(Codes.EmptyBlock,
        "'{0}' has no convolution or linear layer: as a block it has nothing to reconstruct");

    public static readonly DiagnosticDescriptor AttributeWithoutEffect = Rule(Codes.AttributeWithoutEffect,
        "[{0}] has no effect here: {1}");

    public static readonly DiagnosticDescriptor SettingWithoutEffect = Rule(Codes.SettingWithoutEffect,
        "{0} has no effect with {1}");

    public static readonly DiagnosticDescriptor MostlyFloat = Rule(Codes.MostlyFloat,
        "[FullPrecision] leaves {0} of the weights of '{1}' float, not counting embeddings; "
        + "where every layer runs at as many positions, as much of what is computed");

    public static readonly DiagnosticDescriptor UnseenModule = Rule(Codes.UnseenModule,
        "'{0}' {1} a module of the class {2} of the compiled assembly {3}: "
        + "its code is not seen, and it has no quantized twin; {4}");

    public static readonly DiagnosticDescriptor TrainedPart = Rule(Codes.TrainedPart,
        "Method = {0} cannot be used on a part of a model, since training changes all weights together: {1}");

    public static readonly DiagnosticDescriptor LearnedOffset = Rule(Codes.LearnedOffset,
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor NormOfFisher = Rule(Codes.NormOfFisher,
        "{0} = {1} cannot be used: {2}");

    public static readonly DiagnosticDescriptor Budget = Rule(Codes.Budget,
        "Budget = \"{0}\" cannot be used: {1}");

    public static readonly DiagnosticDescriptor MaxW = Rule(Codes.MaxW,
        "{0} = {1} cannot be used: {2}");

    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        NotPartial,
        NotAModule,
        NotCreatable,
        BitWidth,
        Drop,
        Setting,
        UnknownOperation,
        NotAnalysable,
        UnsupportedLayer,
        UnusedLayer,
        SharedLayer,
        BatchNormStays,
        NothingToQuantize,
        EmptyBlock,
        AttributeWithoutEffect,
        SettingWithoutEffect,
        MostlyFloat,
        UnseenModule,
        TrainedPart,
        LearnedOffset,
        NormOfFisher,
        Budget,
        MaxW,
    ];

    public static DiagnosticDescriptor ById(string id) => All.First(rule => rule.Id == id);

    /// <summary>
    /// A rule whose title and severity are its code's. An error cannot be configured: without its twin a model cannot
    /// be used, and who suppressed the error would not know why.
    /// </summary>
    private static DiagnosticDescriptor Rule(string code, string message)
    {
        var row = CodeAttribute.Of(code);
        DiagnosticSeverity severity = row.Severity switch
        {
            CodeSeverity.Error => DiagnosticSeverity.Error,
            CodeSeverity.Warning => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Info,
        };
        string[] tags = severity == DiagnosticSeverity.Error ? [WellKnownDiagnosticTags.NotConfigurable] : [];
        return new(
            code, row.Title, message, "QDrop", severity, isEnabledByDefault: true,
            helpLinkUri: Codes.HelpLink(code), customTags: tags);
    }
}
