using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QDrop.Safetensors;

namespace QDrop.Artifacts;

/// <summary>The JSON of the manifest in an artifact's metadata: <see cref="Manifest"/>, and what its tensors do not say of the layers.</summary>
internal sealed record ManifestDocument(
    string Model,
    string Fingerprint,
    QuantizationSettings Settings,
    IReadOnlyList<UnitState> Units,
    IReadOnlyList<LayerDocument> Layers,
    IReadOnlyList<ActivationDocument> Activations,
    string WeightsHash,
    string CalibrationHash,
    LibraryVersions Versions)
{
    private static readonly JsonTypeInfo<ManifestDocument> Written = (JsonTypeInfo<ManifestDocument>)new JsonSerializerOptions(ManifestJson.Default.Options)
    {
        TypeInfoResolver = ManifestJson.Default.WithAddedModifier(OmitNewSettings),
    }.GetTypeInfo(typeof(ManifestDocument));

    internal string ToJson() => JsonSerializer.Serialize(this, Written);

    /// <param name="json">The text.</param>
    /// <param name="version">Version of the artifact's format.</param>
    /// <exception cref="InvalidFileException">The text is not such a document.</exception>
    internal static ManifestDocument Parse(string json, int version)
    {
        try
        {
            var document = JsonSerializer.Deserialize(version < 2 ? WithSettingsOfVersion2(json) : json, ManifestJson.Default.ManifestDocument);
            return document is not null && !document.HasNulls()
                ? document
                : throw new InvalidFileException("its manifest has null where a value belongs: it is corrupted.");
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its manifest cannot be read ({e.Message}): it is corrupted.");
        }
    }

    /// <summary>A setting that came with version 3 is written only where it is used, so that programs that know version 2 read all other files.</summary>
    private static void OmitNewSettings(JsonTypeInfo type)
    {
        if (type.Type != typeof(QuantizationSettings))
            return;
        Omit(nameof(QuantizationSettings.ActivationsPerChannel), static value => value is not true);
        Omit(nameof(QuantizationSettings.Scale), static value => value is Scale.Free);
        Omit(nameof(QuantizationSettings.Norm), static value => value is null);
        Omit(nameof(QuantizationSettings.Exponents), static value => value is null);

        void Omit(string name, Func<object?, bool> isDefault)
        {
            foreach (var property in type.Properties.Where(p => p.Name == JsonNamingPolicy.CamelCase.ConvertName(name)))
                property.ShouldSerialize = (_, value) => !isDefault(value);
        }
    }

    /// <summary>What version 1 could not set had the values that are now the defaults.</summary>
    private static string WithSettingsOfVersion2(string json)
    {
        var document = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        if ((document as JsonObject)?["settings"] is not JsonObject settings)
            return json;
        var defaults = JsonSerializer.SerializeToNode(new QuantizationSettings(), ManifestJson.Default.QuantizationSettings)!.AsObject();
        foreach ((string name, var value) in defaults)
        {
            if (!settings.ContainsKey(name))
                settings[name] = value?.DeepClone();
        }
        return document.ToJsonString();
    }

    /// <summary>The serializer keeps nulls out of members, but not out of lists.</summary>
    private bool HasNulls() =>
        Layers.Contains(null!)
        || Activations.Contains(null!)
        || Units.Any(static u => u is null || u.Layers.Contains(null!) || u.Activations.Contains(null!));
}

/// <summary>A quantized layer in the manifest.</summary>
internal sealed record LayerDocument(string Name, int Bits, IReadOnlyList<long> Shape, int ChannelAxis, bool HasBias);

/// <summary>An activation quantizer in the manifest; its grids, one or one for each channel, are the next of the activation scales and zero points.</summary>
internal sealed record ActivationDocument(
    string Name,
    int Bits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ChannelAxis = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Channels = null);

// Unknown members are refused: they would be settings that this version does not know and would silently drop.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ManifestDocument))]
internal sealed partial class ManifestJson : JsonSerializerContext;
