using QDrop.Programs;
using QDrop.Safetensors;
using static TorchSharp.torch;

namespace QDrop.Artifacts;

/// <summary>Turns a quantized model into an artifact's tensors and manifest.</summary>
internal static class ArtifactWriter
{
    internal static ManifestDocument Document(QuantizedModelState state) =>
        new(
            state.Manifest.Model,
            state.Manifest.Fingerprint,
            state.Manifest.Settings,
            state.Manifest.Units,
            [
                .. state.Layers.Select(static l => new LayerDocument(
                    l.Name, l.Bits, l.Levels.shape, l.ChannelAxis, l.Bias is not null)),
            ],
            [
                .. state.Activations.Select(static a => new ActivationDocument(
                    a.Name, a.Bits, a.Channels?.Axis, a.Channels?.Scales.Count)),
            ],
            state.Manifest.WeightsHash,
            state.Manifest.CalibrationHash,
            state.Manifest.Versions,
            state.Manifest.Passes.Count == 0 ? null : state.Manifest.Passes,
            state.Manifest.Places,
            state.Manifest.Loops,
            state.Program?.Graph is { } graph ? ProgramJson.ToElement(graph) : null,
            state.Program?.WhyNot);

    /// <summary>The tensors by their names in the file. New ones belong to the current dispose scope.</summary>
    internal static Dictionary<string, Tensor> Tensors(QuantizedModelState state)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        bool isFree = state.Manifest.Settings.Scale == Scale.Free;
        foreach (QuantizedLayerState layer in state.Layers)
        {
            tensors.Add(Artifact.LevelsName(layer.Name), Pack(layer.Levels, layer.Bits));
            if (isFree)
                tensors.Add(Artifact.ScaleName(layer.Name), layer.Scale);
            else
                tensors.Add(Artifact.ExponentName(layer.Name), ExponentBytes.Of(TensorBytes.ToFloats(layer.Scale)));
            tensors.Add(Artifact.ZeroPointName(layer.Name), layer.ZeroPoint.to_type(ScalarType.Byte));
            if (layer.Bias is not null)
                tensors.Add(Artifact.BiasName(layer.Name), layer.Bias);
        }

        float[] scales = [.. state.Activations.SelectMany(static a => a.Channels?.Scales ?? [a.Scale])];
        tensors.Add(
            isFree ? Artifact.ActivationScales : Artifact.ActivationExponents,
            isFree ? TensorBytes.FromFloats(scales) : ExponentBytes.Of(scales));
        tensors.Add(
            Artifact.ActivationZeroPoints,
            TensorBytes
                .FromFloats([.. state.Activations.SelectMany(static a => a.Channels?.ZeroPoints ?? [a.ZeroPoint])])
                .to_type(ScalarType.Byte));
        foreach ((string? name, Tensor? tensor) in state.FloatTensors)
            tensors.Add(Artifact.FloatPrefix + name, tensor);
        foreach ((string name, Constant constant) in state.Program?.Constants ?? new Dictionary<string, Constant>())
            tensors.Add(name, TensorOf(constant));
        return tensors;
    }

    /// <summary>A constant of a program.</summary>
    private static Tensor TensorOf(Constant constant)
    {
        Tensor tensor = empty(
            [.. constant.Shape.Select(static s => (long)s)],
            constant.Kind switch
            {
                ValueKind.Float32 => ScalarType.Float32,
                ValueKind.Int64 => ScalarType.Int64,
                _ => ScalarType.Bool,
            });
        int place = 0;
        TensorBytes.ForEachPiece(tensor, bytes =>
        {
            constant.Bytes.AsSpan(place, bytes.Length).CopyTo(bytes);
            place += bytes.Length;
        });
        return tensor;
    }

    /// <summary>uint8 <c>[bytes]</c>.</summary>
    internal static Tensor Pack(Tensor levels, int bits)
    {
        Tensor packed = empty([BitPacking.PackedLength(levels.numel(), bits)], ScalarType.Byte);
        using Tensor dense = TensorBytes.Dense(levels);
        long position = 0;
        TensorBytes.ForEachPiece(dense, bytes =>
        {
            // Pieces are multiples of 8 levels, so each begins at a whole byte.
            long length = BitPacking.PackedLength(bytes.Length, bits);
            using Tensor part = packed.narrow(0, position, length);
            BitPacking.Pack(bytes, bits, part.bytes);
            GC.KeepAlive(part);
            position += length;
        });
        return packed;
    }
}
