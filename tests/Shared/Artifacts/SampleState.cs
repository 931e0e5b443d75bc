using QDrop.Artifacts;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>
/// A small quantized model with one layer of each kind that the format tells apart. Its tensors belong to the current
/// dispose scope.
/// </summary>
internal static class SampleState
{
    public static QuantizedModelState Create()
    {
        var random = new Random(7);
        QuantizedLayerState[] layers = new[]
        {
            Layer("stem", 8, [4, 3, 3, 3], 0, 4),
            Layer("block.conv1", 3, [4, 4, 3, 3], 0, null),
            Layer("block.up", 2, [5, 3, 2, 2], 1, 3),
            Layer("fc", 5, [3, 7], 0, 3),
        };
        ActivationState[] activations = new[]
        {
            new ActivationState("stem", 4, 0.25f, 0),
            new ActivationState("block.conv1", 4, 0.125f, 15),
            new ActivationState("block", 8, 3.5e-3f, 128),
        };
        var floats = new Dictionary<string, Tensor>
        {
            ["norm.weight"] = tensor(new float[] { 1, 2.5f, -3 }),
            ["norm.num_batches_tracked"] = tensor(12L),
            ["mask"] = tensor(new bool[] { true, false }),
        };
        return new QuantizedModelState(Manifest(), layers, activations, floats);

        QuantizedLayerState Layer(string name, int bits, long[] shape, int axis, int? bias)
        {
            long count = shape.Aggregate(1L, static (a, b) => a * b);
            byte[] levels = new byte[count];
            for (int i = 0; i < levels.Length; i++)
                levels[i] = (byte)random.Next(1 << bits);
            float[] scales = [.. Enumerable.Range(1, (int)shape[axis]).Select(static i => i / 8f)];
            float[] zeroPoints = [.. Enumerable.Range(0, (int)shape[axis]).Select(i => (float)(i % (1 << bits)))];
            return new QuantizedLayerState(
                name, bits, tensor(levels, shape), tensor(scales), tensor(zeroPoints), axis,
                bias is { } n ? tensor(Enumerable.Range(0, n).Select(static i => i - 0.5f).ToArray()) : null);
        }
    }

    /// <summary>
    /// The same with a grid for each of five channels in the second activation quantizer, and for the only channel of
    /// the third.
    /// </summary>
    public static QuantizedModelState WithChannels()
    {
        QuantizedModelState state = Create();
        return state with
        {
            Manifest = state.Manifest with { Settings = state.Manifest.Settings with { ActivationsPerChannel = true } },
            Activations =
            [
                state.Activations[0],
                ActivationState.OfChannels(
                    "block.conv1", 4, new ChannelGrids(1, [0.5f, 0.25f, 2, 1e-3f, 1], [0, 15, 7, 1, 2])),
                ActivationState.OfChannels("block", 8, new ChannelGrids(3, [3.5e-3f], [128])),
            ],
        };
    }

    public static Manifest Manifest() =>
        new()
        {
            Model = "Some.Namespace.Model",
            Fingerprint = new string('a', 64),
            Settings = new QuantizationSettings
            {
                W = 3,
                A = 4,
                Drop = 0.25,
                Method = Method.Brecq,
                Seed = -9_000_000_000,
                LearningRate = 0.0017,
                Order = CalibrationOrder.UnitByUnit,
            },
            Units =
            [
                new UnitState("stem", false, ["stem"], ["stem"]),
                new UnitState("block", true, ["block.conv1", "block.up"], ["block.conv1", "block"]),
                new UnitState("fc", false, ["fc"], []),
            ],
            WeightsHash = new string('b', 64),
            CalibrationHash = new string('c', 64),
            Versions = new LibraryVersions("0.1.0", "0.107.0", "1.13.1", ".NET 10.0.1"),
        };
}
