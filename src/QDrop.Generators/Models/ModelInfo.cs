using QDrop.Generators.Helpers;

namespace QDrop.Generators.Models;

/// <summary>
/// What the descriptor of a <c>[Quantize]</c> class says. Members named <c>…Code</c> are C# expressions.
/// </summary>
internal sealed record ModelInfo(
    string FullName,
    string Fingerprint,
    string CreateCode,
    string? PresetCode,
    EquatableArray<string> SettingsCode,
    string? WeightsCode,
    string? CalibrationCode,
    string? CalibrationDataCode,
    EquatableArray<string> OverridesCode,
    EquatableArray<PartInfo> BitWidths,
    string File,
    int Line,
    int Column,
    EquatableArray<string> Blocks);

/// <summary>What holds for a part of a model, in words.</summary>
/// <param name="Part">The part.</param>
/// <param name="Says">Its bit widths or method.</param>
internal sealed record PartInfo(string Part, string Says);
