using System.Globalization;
using QDrop.Programs;
using QDrop.Recording;
using QDrop.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>Turns an artifact's tensors and manifest back into a quantized model, checking everything.</summary>
internal static class ArtifactReader
{
    private static readonly InputFile Kind = new(
        "quantized model",
        Missing: Codes.ArtifactMissing,
        Damaged: Codes.ArtifactDamaged,
        Foreign: Codes.ArtifactForeign,
        Advice: "Build the project again, or copy the artifact again.",
        AdviceIfMissing: "Build the project, which makes it (unless QDropEnabled is false), or give the path of the "
            + "artifact.");

    internal static QuantizedModelState Read(string path) =>
        Kind.Read(
            path,
            stream =>
            {
                using DisposeScope scope = NewDisposeScope();
                (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(
                    stream);
                CheckFormat(metadata);
                string manifest = Value(metadata, Artifact.ManifestKey);
                string hash = TensorHash.Of(tensors, manifest);
                if (hash != Value(metadata, Artifact.HashKey))
                    throw new InvalidFileException(
                        $"its contents have SHA-256 {hash}, but it should be {Value(metadata, Artifact.HashKey)}: it "
                            + "is corrupted.");

                QuantizedModelState state = State(ManifestDocument.Parse(manifest), tensors);
                if (StateCheck.Problem(state) is { } problem)
                    throw new InvalidFileException(problem);
                try
                {
                    state.Manifest.Settings.Validated();
                }
                catch (QDropException e)
                {
                    throw new InvalidFileException($"the settings in its manifest cannot be: {e.Message}");
                }

                foreach (Tensor tensor in TensorsOf(state))
                    tensor.MoveToOuterDisposeScope();
                return state;
            });

    private static void CheckFormat(Dictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Artifact.FormatKey, out string? format) || format != Artifact.Format)
        {
            throw new InvalidFileException(
                "it is a safetensors file, but not a model quantized by QDrop: its metadata should have "
                    + $"{Artifact.FormatKey} = {Artifact.Format}, found {format ?? "none"}.",
                foreign: true);
        }
        string version = Value(metadata, Artifact.VersionKey);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            throw new InvalidFileException(
                $"its {Artifact.VersionKey} is '{version}'; expected {Artifact.FormatVersion}.");
        if (number > Artifact.FormatVersion)
        {
            throw new InvalidFileException(
                $"it has format version {number}, but this version of QDrop reads version {Artifact.FormatVersion}.",
                code: Codes.ArtifactNewer,
                advice: Artifact.AdviceIfNewer);
        }
    }

    private static QuantizedModelState State(ManifestDocument document, Dictionary<string, Tensor> tensors)
    {
        var layers = document.Layers.Select(layer => Layer(layer, document.Settings.Scale, tensors)).ToList();
        List<ActivationState> activations = Activations(document.Activations, document.Settings.Scale, tensors);
        var floats = new Dictionary<string, Tensor>(StringComparer.Ordinal);

        // What has not been taken by now must be a float tensor.
        var constants = new Dictionary<string, Constant>(StringComparer.Ordinal);
        foreach ((string? name, Tensor? tensor) in tensors)
        {
            if (document.Program is not null && name.StartsWith(ArtifactFormat.ProgramPrefix, StringComparison.Ordinal))
            {
                constants.Add(name, Recorder.ConstantOf(tensor) ?? throw new InvalidFileException(
                    $"its tensor '{name}' has type {tensor.dtype}, which no program has."));
                continue;
            }
            if (!name.StartsWith(Artifact.FloatPrefix, StringComparison.Ordinal))
                throw new InvalidFileException($"it has a tensor '{name}' that its manifest does not mention.");
            floats.Add(name[Artifact.FloatPrefix.Length..], tensor);
        }

        return new QuantizedModelState(
            new Manifest
            {
                Model = document.Model,
                Fingerprint = document.Fingerprint,
                Settings = document.Settings,
                Units = document.Units,
                Passes = document.Passes ?? new Dictionary<string, int>(),
                Places = document.Places,
                Loops = document.Loops,
                WeightsHash = document.WeightsHash,
                CalibrationHash = document.CalibrationHash,
                Versions = document.Versions,
            },
            layers,
            activations,
            floats)
        {
            Program = ProgramOf(document, constants),
        };
    }

    private static ProgramState? ProgramOf(ManifestDocument document, Dictionary<string, Constant> constants)
    {
        try
        {
            return document.Program is { } program ? new ProgramState(ProgramJson.Read(program), constants, null)
                : document.NoProgram is { } why ? ProgramState.None(why)
                : null;
        }
        catch (InvalidProgramGraphException e)
        {
            throw new InvalidFileException($"its program cannot be: {e.Message}");
        }
    }

    private static QuantizedLayerState Layer(LayerDocument layer, Scale scale, Dictionary<string, Tensor> tensors)
    {
        string what = $"layer '{layer.Name}'";
        if (layer.Bits is < 2 or > 8)
            throw new InvalidFileException($"{what} has {layer.Bits} bits; expected 2 to 8.");
        long[] shape = [.. layer.Shape];
        long count = shape.Any(static size => size < 0) ? -1 : SafetensorsHeader.ByteCount(shape, sizeof(byte));
        using Tensor packed = Take(tensors, Artifact.LevelsName(layer.Name), ScalarType.Byte);

        // An eighth of the largest count is more than a file can have, and cannot overflow.
        if (count < 0 || count > long.MaxValue / 8 || packed.numel() != BitPacking.PackedLength(count, layer.Bits))
            throw new InvalidFileException(
                $"{what} of shape {ShapeText.Describe(shape)} and {layer.Bits} bits does not fit its "
                    + $"{packed.numel()} bytes of packed weights.");
        return new QuantizedLayerState(
            layer.Name,
            layer.Bits,
            Unpack(packed, shape, layer.Bits, what),
            scale == Scale.Free
                ? Take(tensors, Artifact.ScaleName(layer.Name), ScalarType.Float32)
                : TensorBytes.FromFloats(ExponentBytes.ToScales(Exponents(tensors, layer.Name), what)),
            Take(tensors, Artifact.ZeroPointName(layer.Name), ScalarType.Byte).to_type(ScalarType.Float32),
            layer.ChannelAxis,
            layer.HasBias ? Take(tensors, Artifact.BiasName(layer.Name), ScalarType.Float32) : null);
    }

    private static Tensor Exponents(Dictionary<string, Tensor> tensors, string layer)
    {
        Tensor exponents = Take(tensors, Artifact.ExponentName(layer), ScalarType.Int8);
        return exponents.Dimensions == 1
            ? exponents
            : throw new InvalidFileException(
                $"'{Artifact.ExponentName(layer)}' has shape {ShapeText.Describe(exponents.shape)}; expected one "
                    + "dimension, an exponent for each channel.");
    }

    private static List<ActivationState> Activations(
        IReadOnlyList<ActivationDocument> documents, Scale scale, Dictionary<string, Tensor> tensors)
    {
        if (documents.FirstOrDefault(static a => a.Channels is null != a.ChannelAxis is null || a.Channels < 1) is
            { } odd)
            throw new InvalidFileException(
                $"activation quantizer '{odd.Name}' has {odd.Channels?.ToString(CultureInfo.InvariantCulture) ?? "no"} "
                    + $"channels along axis {odd.ChannelAxis?.ToString(CultureInfo.InvariantCulture) ?? "none"}; "
                    + "expected both or neither, and at least one channel.");
        long expected = documents.Sum(static a => (long)(a.Channels ?? 1));
        float[] scales =
            scale == Scale.Free
                ? TensorBytes.ToFloats(Vector(Artifact.ActivationScales, ScalarType.Float32))
                : ExponentBytes.ToScales(
                    Vector(Artifact.ActivationExponents, ScalarType.Int8), $"'{Artifact.ActivationExponents}'");
        float[] zeroPoints = TensorBytes.ToFloats(Vector(Artifact.ActivationZeroPoints, ScalarType.Byte));
        var activations = new List<ActivationState>();
        int next = 0;
        foreach (ActivationDocument document in documents)
        {
            int count = document.Channels ?? 1;
            activations.Add(
                document.ChannelAxis is { } axis
                    ? ActivationState.OfChannels(
                        document.Name,
                        document.Bits,
                        new ChannelGrids(axis, scales[next..(next + count)], zeroPoints[next..(next + count)]))
                    : new ActivationState(document.Name, document.Bits, scales[next], zeroPoints[next]));
            next += count;
        }
        return activations;

        Tensor Vector(string name, ScalarType type)
        {
            Tensor tensor = Take(tensors, name, type);
            return tensor.shape is [var count] && count == expected
                ? tensor
                : throw new InvalidFileException(
                    $"'{name}' has shape {ShapeText.Describe(tensor.shape)}, but its manifest has {documents.Count} "
                        + $"activation quantizers with {expected} grids in all.");
        }
    }

    private static Tensor Unpack(Tensor packed, long[] shape, int bits, string what)
    {
        Tensor levels = empty(shape, ScalarType.Byte);
        long position = 0;
        TensorBytes.ForEachPiece(
            levels,
            bytes =>
            {
                long length = BitPacking.PackedLength(bytes.Length, bits);
                using Tensor part = packed.narrow(0, position, length);
                BitPacking.Unpack(part.bytes, bits, bytes);
                if (!BitPacking.PaddingIsClear(part.bytes, bytes.Length, bits))
                    throw new InvalidFileException(
                        $"the unused bits after the weights of {what} are not 0: it is corrupted.");
                GC.KeepAlive(part);
                position += length;
            });
        return levels;
    }

    private static Tensor Take(Dictionary<string, Tensor> tensors, string name, ScalarType type)
    {
        if (!tensors.Remove(name, out Tensor? tensor))
            throw new InvalidFileException($"it has no tensor '{name}', which its manifest calls for.");
        return tensor.dtype == type
            ? tensor
            : throw new InvalidFileException($"its tensor '{name}' has type {tensor.dtype}; expected {type}.");
    }

    private static string Value(Dictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? value)
            ? value
            : throw new InvalidFileException($"its metadata have no '{key}': it is corrupted.");

    private static IEnumerable<Tensor> TensorsOf(QuantizedModelState state)
    {
        foreach (QuantizedLayerState layer in state.Layers)
        {
            yield return layer.Levels;
            yield return layer.Scale;
            yield return layer.ZeroPoint;
            if (layer.Bias is not null)
                yield return layer.Bias;
        }

        foreach (Tensor tensor in state.FloatTensors.Values)
            yield return tensor;
    }
}
