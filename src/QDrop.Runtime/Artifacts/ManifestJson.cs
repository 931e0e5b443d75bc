using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QDrop.Safetensors;

namespace QDrop.Artifacts;

/// <summary>
/// The JSON of the manifest in an artifact's metadata: <see cref="Manifest"/>, and what its tensors do not say of the
/// layers.
/// </summary>
internal sealed record ManifestDocument(
    string Model,
    string Fingerprint,
    QuantizationSettings Settings,
    IReadOnlyList<UnitState> Units,
    IReadOnlyList<LayerDocument> Layers,
    IReadOnlyList<ActivationDocument> Activations,
    string WeightsHash,
    string CalibrationHash,
    LibraryVersions Versions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, int>? Passes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Places = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, IReadOnlyList<int>>? Loops = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    JsonElement? Program = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? NoProgram = null)
{
    private static readonly JsonTypeInfo<ManifestDocument> Written =
        (JsonTypeInfo<ManifestDocument>)new JsonSerializerOptions(ManifestJson.Default.Options)
        {
            TypeInfoResolver = ManifestJson.Default.WithAddedModifier(SettingsJson.OmitDefaults),
        }.GetTypeInfo(typeof(ManifestDocument));

    internal string ToJson() => JsonSerializer.Serialize(this, Written);

    /// <param name="json">The text.</param>
    /// <exception cref="InvalidFileException">The text is no such document, or one of a newer format.</exception>
    internal static ManifestDocument Parse(string json)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            var node = JsonNode.Parse(json, documentOptions: options);
            if (SettingsJson.UnknownMember(node, ManifestJson.Default.ManifestDocument) is { } unknown)
                throw Newer(unknown);
            if ((node as JsonObject)?["settings"] is JsonObject settings)
                SettingsJson.FillDefaults(settings);
            ManifestDocument? document = node.Deserialize(ManifestJson.Default.ManifestDocument);
            return document is not null && !document.HasNulls()
                ? document
                : throw new InvalidFileException("its manifest has null where a value belongs: it is corrupted.");
        }
        catch (JsonException e)
        {
            throw new InvalidFileException($"its manifest cannot be read ({e.Message}): it is corrupted.");
        }
    }

    /// <summary>What an older version does not know it would silently drop.</summary>
    private static InvalidFileException Newer(string member) => new(
        $"its manifest has '{member}', which this version of QDrop does not know.",
        code: Codes.ArtifactNewer,
        advice: Artifact.AdviceIfNewer);

    /// <summary>The serializer keeps nulls out of members, but not out of lists.</summary>
    private bool HasNulls() =>
        Layers.Contains(null!)
        || Activations.Contains(null!)
        || Places?.Values.Any(static p => p is null || p.Contains(null!)) == true
        || Loops?.Values.Contains(null!) == true
        || Units.Any(static u => u is null || u.Layers.Contains(null!) || u.Activations.Contains(null!));
}

/// <summary>A quantized layer in the manifest.</summary>
internal sealed record LayerDocument(string Name, int Bits, IReadOnlyList<long> Shape, int ChannelAxis, bool HasBias);

/// <summary>
/// An activation quantizer in the manifest; its grids, one or one for each channel, are the next of the activation
/// scales and zero points.
/// </summary>
internal sealed record ActivationDocument(
    string Name,
    int Bits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ChannelAxis = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Channels = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ManifestDocument))]
internal sealed partial class ManifestJson : JsonSerializerContext;
