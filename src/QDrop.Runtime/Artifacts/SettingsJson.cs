using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace QDrop.Artifacts;

/// <summary>
/// Settings in JSON: a file has those that differ from their default, under their names in the records. So a new
/// setting changes no file that does not use it, and a file that does is refused by whoever does not know it.
/// </summary>
internal static class SettingsJson
{
    /// <summary>The settings and their parts, each with its defaults.</summary>
    private static readonly object[] Defaults =
        [new QuantizationSettings(), new TrainingSettings(), new ExponentSettings()];

    /// <summary>Makes a serializer leave out settings that have their default.</summary>
    /// <param name="type">What the serializer knows of a type.</param>
    internal static void OmitDefaults(JsonTypeInfo type)
    {
        if (Array.Find(Defaults, record => record.GetType() == type.Type) is not { } defaults)
            return;
        foreach (JsonPropertyInfo property in type.Properties)
        {
            object? unset = property.Get!(defaults);
            property.ShouldSerialize = (_, value) => !Equals(value, unset);
        }
    }

    /// <summary>
    /// Adds the settings that a file leaves to their default: generated serializers set what is missing to 0.
    /// </summary>
    /// <param name="settings">The settings of a file.</param>
    internal static void FillDefaults(JsonObject settings)
    {
        Fill(settings, new QuantizationSettings());
        if (settings[Name(nameof(QuantizationSettings.Training))] is JsonObject training)
            Fill(training, new TrainingSettings());
        if (settings[Name(nameof(QuantizationSettings.Exponents))] is JsonObject exponents)
            Fill(exponents, new ExponentSettings());
    }

    /// <summary>Finds a member that a type does not have; <see langword="null"/> if there is none.</summary>
    /// <param name="node">A value of the type.</param>
    /// <param name="type">What the serializer knows of the type.</param>
    internal static string? UnknownMember(JsonNode? node, JsonTypeInfo type) => (node, type.Kind) switch
    {
        (JsonObject members, JsonTypeInfoKind.Object) => members.Select(member =>
        {
            JsonPropertyInfo? property = type.Properties.FirstOrDefault(p => p.Name == member.Key);
            return property is null
                ? member.Key
                : UnknownMember(member.Value, type.Options.GetTypeInfo(property.PropertyType));
        }).FirstOrDefault(static name => name is not null),
        (JsonArray items, JsonTypeInfoKind.Enumerable) => items
            .Select(item => UnknownMember(item, type.Options.GetTypeInfo(type.ElementType!)))
            .FirstOrDefault(static name => name is not null),
        _ => null,
    };

    private static void Fill<T>(JsonObject settings, T defaults)
    {
        JsonObject all = JsonSerializer.SerializeToNode(defaults, ManifestJson.Default.Options)!.AsObject();
        foreach ((string? name, JsonNode? value) in all)
        {
            if (!settings.ContainsKey(name))
                settings[name] = value?.DeepClone();
        }
    }

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
