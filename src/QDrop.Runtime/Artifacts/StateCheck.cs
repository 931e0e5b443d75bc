using System.Globalization;
using QDrop.Quantizers;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>Checks that a quantized model's parts agree, before it is written and after it was read.</summary>
internal static class StateCheck
{
    /// <summary>The first thing that is wrong, as a sentence; <see langword="null"/> if nothing is.</summary>
    internal static string? Problem(QuantizedModelState state) =>
        ProblemOfNames("layer", state.Layers.Select(static l => l.Name))
        ?? ProblemOfNames("activation quantizer", state.Activations.Select(static a => a.Name))
        ?? state.Layers.Select(Problem).FirstOrDefault(static p => p is not null)
        ?? state.Activations.Select(Problem).FirstOrDefault(static p => p is not null)
        ?? ProblemOfExponents(state)
        ?? ProblemOfUnits(state)
        ?? ProblemOfPasses(state.Manifest.Passes);

    private static string? Problem(QuantizedLayerState layer)
    {
        string what = $"layer '{layer.Name}'";
        if (layer.Bits is < 2 or > 8)
            return $"{what} has {layer.Bits} bits; expected 2 to 8.";
        if (layer.Levels.dtype != ScalarType.Byte)
            return $"the levels of {what} have type {layer.Levels.dtype}; expected {ScalarType.Byte}.";
        long[] shape = layer.Levels.shape;
        if (layer.ChannelAxis < 0 || layer.ChannelAxis >= shape.Length)
            return $"{what} has channel axis {layer.ChannelAxis}, but its weight has shape "
                + $"{ShapeText.Describe(shape)}.";
        long channels = shape[layer.ChannelAxis];
        return ProblemOfLevels(layer.Levels, layer.Bits, what)
            ?? ProblemOfVector(layer.Scale, "scales", channels, what)
            ?? ProblemOfVector(layer.ZeroPoint, "zero points", channels, what)
            ?? TensorBytes
                .ToFloats(layer.Scale)
                .Select(s => ProblemOfScale(s, what))
                .FirstOrDefault(static p => p is not null)
            ?? TensorBytes
                .ToFloats(layer.ZeroPoint)
                .Select(z => ProblemOfZeroPoint(z, layer.Bits, what))
                .FirstOrDefault(static p => p is not null)
            ?? ProblemOfBias(layer.Bias, channels, what);
    }

    private static string? Problem(ActivationState activation)
    {
        string what = $"activation quantizer '{activation.Name}'";
        if (activation.Bits is < 2 or > 8)
            return $"{what} has {activation.Bits} bits; expected 2 to 8.";
        if (activation.Channels is not { } channels)
            return ProblemOfScale(activation.Scale, what)
                ?? ProblemOfZeroPoint(activation.ZeroPoint, activation.Bits, what);
        if (channels.Axis < 0)
            return $"{what} has channel axis {channels.Axis}; expected a dimension, 0 or more.";
        if (channels.Scales.Count == 0 || channels.Scales.Count != channels.ZeroPoints.Count)
            return $"{what} has {channels.Scales.Count} scales and {channels.ZeroPoints.Count} zero points; expected "
                + "one of each for every channel.";
        return channels.Scales.Select(scale => ProblemOfScale(scale, what)).FirstOrDefault(static p => p is not null)
            ?? channels
                .ZeroPoints.Select(zeroPoint => ProblemOfZeroPoint(zeroPoint, activation.Bits, what))
                .FirstOrDefault(static p => p is not null);
    }

    private static string? ProblemOfNames(string what, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!seen.Add(name))
                return $"there are two of {what} '{name}'.";
        }

        return null;
    }

    private static string? ProblemOfUnits(QuantizedModelState state)
    {
        var layers = state.Layers.Select(static l => l.Name).ToHashSet(StringComparer.Ordinal);
        var activations = state.Activations.Select(static a => a.Name).ToHashSet(StringComparer.Ordinal);
        foreach (UnitState unit in state.Manifest.Units)
        {
            if (unit.Layers.FirstOrDefault(name => !layers.Contains(name)) is { } layer)
                return $"unit '{unit.Name}' lists layer '{layer}', which is not there.";
            if (unit.Activations.FirstOrDefault(name => !activations.Contains(name)) is { } activation)
                return $"unit '{unit.Name}' lists activation quantizer '{activation}', which is not there.";
        }
        foreach ((string place, IReadOnlyList<string> names) in state.Manifest.Places
            ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            if (names.FirstOrDefault(name => name.Length > 0 && !activations.Contains(name)) is { } activation)
                return $"the place '{place}' has activation quantizer '{activation}', which is not there.";
        }

        return null;
    }

    private static string? ProblemOfPasses(IReadOnlyDictionary<string, int> passes)
    {
        foreach ((string place, int count) in passes)
        {
            if (count < 2)
                return $"'{place}' is listed as reached {count} times in a loop; expected 2 or more.";
        }

        return null;
    }

    private static string? ProblemOfLevels(Tensor levels, int bits, string what)
    {
        bool fits = true;
        using Tensor dense = TensorBytes.Dense(levels);
        if (bits < 8)
            TensorBytes.ForEachPiece(
                dense, bytes => fits &= !bytes.ContainsAnyExceptInRange((byte)0, (byte)((1 << bits) - 1)));
        return fits ? null : $"{what} has levels above {(1 << bits) - 1}, the largest of {bits} bits.";
    }

    private static string? ProblemOfVector(Tensor vector, string name, long count, string what)
    {
        if (vector.dtype != ScalarType.Float32)
            return $"the {name} of {what} have type {vector.dtype}; expected {ScalarType.Float32}.";
        return vector.shape is [var length] && length == count
            ? null
            : $"the {name} of {what} have shape {ShapeText.Describe(vector.shape)}; expected [{count}], one for each "
                + "channel.";
    }

    private static string? ProblemOfExponents(QuantizedModelState state)
    {
        if (state.Manifest.Settings.Scale == Scale.Free)
            return null;
        IEnumerable<(float Scale, string What)> scales =
        [
            .. state.Layers.SelectMany(static l => TensorBytes.ToFloats(l.Scale).Select(s => (s, $"layer '{l.Name}'"))),
            .. state.Activations.SelectMany(static a =>
                (a.Channels?.Scales ?? [a.Scale]).Select(s => (s, $"activation quantizer '{a.Name}'"))),
        ];
        return scales
            .Where(static s => !PowerOfTwo.Is(s.Scale) || PowerOfTwo.Floor(s.Scale) > PowerOfTwo.MaxExponent)
            .Select(s =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{s.What} has scale {s.Scale}; expected a power of two from 2^{PowerOfTwo.MinExponent} to "
                        + $"2^{PowerOfTwo.MaxExponent}, since its settings have Scale = "
                        + $"{state.Manifest.Settings.Scale}."))
            .FirstOrDefault();
    }

    private static string? ProblemOfScale(float scale, string what) =>
        float.IsFinite(scale) && scale > 0
            ? null
            : FormattableString.Invariant($"{what} has scale {scale}; expected a finite number above 0.");

    private static string? ProblemOfZeroPoint(float zeroPoint, int bits, string what) =>
        zeroPoint >= 0 && zeroPoint <= (1 << bits) - 1 && float.IsInteger(zeroPoint)
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{what} has zero point {zeroPoint}; expected a whole number from 0 to {(1 << bits) - 1}, since it has "
                    + $"{bits} bits.");

    private static string? ProblemOfBias(Tensor? bias, long channels, string what)
    {
        if (bias is null)
            return null;
        if (bias.dtype != ScalarType.Float32)
            return $"the bias of {what} has type {bias.dtype}; expected {ScalarType.Float32}.";
        if (bias.shape is not [var length] || channels == 0 || length != channels)
            return $"the bias of {what} has shape {ShapeText.Describe(bias.shape)}, which does not fit {channels} "
                + "channels.";
        using Tensor dense = TensorBytes.Dense(bias);
        return TensorBytes.FirstNotFinite(dense) < 0 ? null : $"the bias of {what} is not finite.";
    }
}
