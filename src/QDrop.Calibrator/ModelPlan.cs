using QDrop.CompilerServices;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>
/// What is to be done for one model: the attribute, overridden by the item, overridden by properties; and who said
/// what.
/// </summary>
internal sealed class ModelPlan
{
    private readonly WorkerRequest _request;
    private readonly ModelItem? _item;

    /// <param name="descriptor">The model, with what its attribute says.</param>
    /// <param name="item">The item that names the model, or <see langword="null"/>.</param>
    /// <param name="request">The build's request.</param>
    internal ModelPlan(QuantizedModelDescriptor descriptor, ModelItem? item, WorkerRequest request)
    {
        Descriptor = descriptor;
        _item = item;
        _request = request;
        Weights = FullPath(Metadatum("Weights") ?? descriptor.Weights);
        CalibrationData = FullPath(Metadatum("CalibrationData") ?? descriptor.CalibrationData);
        CalibrationType = Metadatum("Calibration");
    }

    internal QuantizedModelDescriptor Descriptor { get; }

    /// <summary>Full path of the weights file, or <see langword="null"/> if none is named.</summary>
    internal string? Weights { get; }

    /// <summary>Full path of the calibration data, or <see langword="null"/> if none are named.</summary>
    internal string? CalibrationData { get; }

    /// <summary>Name of the calibration source's class, where the item gives one.</summary>
    internal string? CalibrationType { get; }

    internal string ProjectDirectory => _request.ProjectDirectory;

    /// <summary>Whether an item asks for the model; else it is picked up only if it names all that is needed.</summary>
    internal bool HasItem => _item is not null;

    internal bool HasCalibration =>
        CalibrationType is not null || CalibrationData is not null || Descriptor.Calibration is not null;

    /// <summary>The model as a whole: its attribute.</summary>
    internal Place Model => Place.OfAttribute(Descriptor);

    /// <summary>Who names the weights; where nobody does, the item that asks for the model.</summary>
    internal Place WeightsPlace => PlaceOf("Weights", attributeHasIt: Descriptor.Weights is not null);

    /// <summary>Who names the calibration data or source.</summary>
    internal Place CalibrationPlace =>
        Metadatum("Calibration") is not null
            ? PlaceOf("Calibration", attributeHasIt: false)
            : PlaceOf(
                "CalibrationData",
                attributeHasIt: Descriptor.Calibration is not null || Descriptor.CalibrationData is not null);

    /// <summary>Metadata of the item that mean nothing.</summary>
    internal IEnumerable<(string Name, Place Place)> UnknownMetadata =>
        _item
            ?.Metadata.Where(static m => !SettingNames.All.Contains(m.Name, StringComparer.OrdinalIgnoreCase))
            .Select(m => (m.Name, Place.OfItem(_item, m.Name)))
        ?? [];

    /// <summary>Merges and checks the settings.</summary>
    /// <exception cref="LocatedException">A value cannot be used; placed at whoever gave it.</exception>
    internal QuantizationSettings Settings()
    {
        List<(NamedValue Value, Place Place)> given =
        [
            .. PresetFirst(_item?.Metadata.Where(static m => SettingNames.IsSetting(m.Name)) ?? [])
                .Select(m => (m, Place.OfItem(_item!, m.Name))),
            .. PresetFirst(_request.Overrides.Where(static o => SettingNames.IsSetting(o.Name)))
                .Select(o => (o, Place.OfProperty(_request, "QDrop" + o.Name))),
        ];
        QuantizationSettings settings = Descriptor.Settings;
        foreach ((NamedValue? value, Place? place) in given)
            settings = LocatedException.At(place, () => settings.With(value.Name, value.Value));
        return Fault(settings) is { } fault ? throw new LocatedException(fault, PlaceOfFault(given, fault)) : settings;
    }

    /// <summary>
    /// Whether the calibrated model is measured, for the report: what the property says, else the item, else it is.
    /// </summary>
    /// <exception cref="LocatedException">QDROP106: neither true nor false; placed at whoever said it.</exception>
    internal bool Insight()
    {
        return Given("Insight") is not { } given || At(given, "Insight", Truth, "true or false");
    }

    /// <summary>How the program is written as ONNX; <see langword="null"/> if it is not, as without being asked for.</summary>
    /// <exception cref="LocatedException">QDROP106: a value cannot be used; placed at whoever gave it.</exception>
    internal OnnxOptions? Onnx()
    {
        if (Given("Onnx") is not { } given || !At(given, "Onnx", Truth, "true or false"))
            return null;
        OnnxOptions options = new();
        return new()
        {
            Weights = Given("OnnxWeights") is { } weights
                ? At(weights, "OnnxWeights", Member<OnnxWeights>, "Int8, Int4 or Int2")
                : options.Weights,
            Format = Given("OnnxFormat") is { } format
                ? At(format, "OnnxFormat", Member<OnnxFormat>, "Qdq or Qonnx")
                : options.Format,
            Exact = Given("OnnxExact") is { } exact && At(exact, "OnnxExact", Truth, "true or false"),
        };
    }

    private static bool? Truth(string text) => bool.TryParse(text, out bool value) ? value : null;

    private static T? Member<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out T value) && Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? value
            : null;

    private static T At<T>((string Value, Place Place) given, string name, Func<string, T?> parse, string expected)
        where T : struct =>
        LocatedException.At(
            given.Place,
            () => parse(given.Value) ?? throw new QDropException(
                Codes.NoValue, $"{name} = {given.Value} cannot be used: expected {expected}."));

    /// <summary>What the property says, else the item, and where it stands; <see langword="null"/> if neither does.</summary>
    private (string Value, Place Place)? Given(string name)
    {
        if (_request.Overrides.FirstOrDefault(o => o.Name == name)?.Value is { } property)
            return (property, Place.OfProperty(_request, "QDrop" + name));
        return Metadatum(name) is { } value ? (value, PlaceOf(name, attributeHasIt: false)) : null;
    }

    /// <summary>
    /// What is set one by one counts more than the preset beside it, in whatever order they are written.
    /// </summary>
    private static IEnumerable<NamedValue> PresetFirst(IEnumerable<NamedValue> values) =>
        values.OrderBy(static v => !SettingNames.IsPreset(v.Name));

    /// <summary>
    /// Who caused a fault of the merged settings: the value without which they would be valid, of several the one that
    /// the message names; where there is none, as with two faults at once, the first that is at fault on its own, in
    /// the same way; else the attribute.
    /// </summary>
    private Place PlaceOfFault(List<(NamedValue Value, Place Place)> given, QDropException fault)
    {
        IOrderedEnumerable<(NamedValue Value, Place Place)> causes = given
            .Where(g => Fault(Merged(Descriptor.Settings, given.Where(other => other != g).Select(ValueOf))) is null)
            .OrderByDescending(g => fault.Message.StartsWith(g.Value.Name + " = ", StringComparison.OrdinalIgnoreCase));
        IOrderedEnumerable<(Place Place, QDropException? Fault)> faults = given
            .Select(static g => (g.Place, Fault: Fault(Merged(new QuantizationSettings(), [g.Value]))))
            .Where(g => g.Fault?.Code == fault.Code)
            .OrderByDescending(g => g.Fault!.Message == fault.Message);
        return causes.Select(static g => g.Place).Concat(faults.Select(static g => g.Place)).FirstOrDefault(Model);

        static NamedValue ValueOf((NamedValue Value, Place Place) given) => given.Value;
    }

    private static QuantizationSettings Merged(QuantizationSettings settings, IEnumerable<NamedValue> values) =>
        values.Aggregate(settings, static (s, v) => s.With(v.Name, v.Value));

    /// <summary>What is wrong with settings, or <see langword="null"/>.</summary>
    private static QDropException? Fault(QuantizationSettings settings)
    {
        try
        {
            settings.Validated();
            return null;
        }
        catch (QDropException e)
        {
            return e;
        }
    }

    private Place PlaceOf(string metadatum, bool attributeHasIt) =>
        _item is not null && (Metadatum(metadatum) is not null || !attributeHasIt)
            ? Place.OfItem(_item, metadatum)
            : Model;

    private string? Metadatum(string name) =>
        _item?.Metadata.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    private string? FullPath(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return null;

        // What was written on Windows may have backslashes, which MSBuild turns in the names of items only.
        string local = path.Replace('\\', Path.DirectorySeparatorChar);
        return Path.GetFullPath(Path.Combine(_request.ProjectDirectory, local));
    }
}
