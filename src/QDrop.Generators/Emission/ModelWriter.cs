using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Helpers;
using QDrop.Generators.Models;

namespace QDrop.Generators.Emission;

/// <summary>Writes what a <c>[Quantize]</c> class has besides its twin: the ways in, and the descriptor.</summary>
internal static class ModelWriter
{
    private const string Services = "global::QDrop.CompilerServices.", Root = "global::QDrop.";

    public static void WriteEntryPoints(IndentedWriter writer, ModuleInfo module)
    {
        writer.Line(
            "/// <summary>Makes the quantized twin of this model, its quantizers off: it computes what the model "
                + "computes, with batch norms folded.</summary>");
        writer.Line("/// <returns>The twin, which uses this model's tensors: the model must outlive it.</returns>");
        writer.Line(
            $"public {(module.HidesModel ? "new " : "")}{module.Twin} ToQuantized() => "
                + $"({module.Twin}){Root}QuantizedModel.Create({module.Twin}.Descriptor, this);");
        writer.Line();
        writer.Line("/// <summary>Loads the quantized model that the build left.</summary>");
        writer.Line(
            "/// <param name=\"path\">The file; <see langword=\"null\"/> for the one beside the program.</param>");
        writer.Line("/// <returns>The quantized model.</returns>");
        writer.Line(
            "/// <exception cref=\"global::QDrop.QDropException\">The file is missing, damaged, or of another "
                + "model.</exception>");
        string load = module.Forward.IsUnary
            ? $"({module.Twin}){Root}QuantizedModel.Load"
            : $"{Root}QuantizedModel.Load<{module.Twin}>";
        writer.Line(
            $"public static {(module.HidesModel ? "new " : "")}{module.Twin} LoadQuantized(string? path = null) => "
                + $"{load}({module.Twin}.Descriptor, path);");
    }

    private static string SettingsCode(ModelInfo model)
    {
        string given = model.SettingsCode.Count == 0 ? "" : $"{{ {string.Join(", ", model.SettingsCode)} }}";
        if (model.PresetCode is null)
            return $"new() {given}".TrimEnd();
        string changes = given.Length == 0 ? "" : $" with {given}";
        return $"new global::QDrop.QuantizationSettings().With({model.PresetCode}){changes}";
    }

    public static void WriteDescriptor(IndentedWriter writer, ModelInfo model)
    {
        writer.Line("/// <summary>What the build knows of this model.</summary>");
        writer.Line($"public static {Services}QuantizedModelDescriptor Descriptor {{ get; }} = new()");
        using (writer.Block(";"))
        {
            writer.Line($"Name = {Literal(model.FullName)},");
            writer.Line($"Fingerprint = {Literal(model.Fingerprint)},");
            writer.Line($"CreateModel = static () => {model.CreateCode},");
            writer.Line($"Settings = {SettingsCode(model)},");
            WriteOverrides(writer, model.OverridesCode);
            Optional("Weights", model.WeightsCode);
            Optional("CalibrationData", model.CalibrationDataCode);
            Optional("Calibration", model.CalibrationCode);
            Optional("File", model.File.Length > 0 ? Literal(model.File) : null);
            writer.Line($"Line = {model.Line.ToString(CultureInfo.InvariantCulture)},");
            writer.Line($"Column = {model.Column.ToString(CultureInfo.InvariantCulture)},");
        }

        void Optional(string name, string? code)
        {
            if (code is not null)
                writer.Line($"{name} = {code},");
        }
    }

    private static void WriteOverrides(IndentedWriter writer, IReadOnlyCollection<string> overrides)
    {
        if (overrides.Count == 0)
            return;
        writer.Line("Overrides =");
        writer.Line("[");
        using (writer.Indent())
            writer.Lines(overrides.Select(part => part + ","));
        writer.Line("],");
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
