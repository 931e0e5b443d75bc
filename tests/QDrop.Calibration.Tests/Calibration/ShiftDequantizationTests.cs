using System.Text.Json;
using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Quantizers;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// A program that has nothing but an artifact's tensors and manifest, whole numbers and shifts gets the weights and the
/// steps of the loaded model, bit for bit.
/// </summary>
public sealed class ShiftDequantizationTests() : CalibrationTest(seed: 7)
{
    /// <summary>Fractional bits of the whole numbers that stand for weights.</summary>
    private const int Fraction = 40;

    [Theory]
    [InlineData(2, false, true, false)]
    [InlineData(2, true, true, false)]
    [InlineData(5, true, true, false)]
    [InlineData(4, true, false, true)]
    public void Weights_are_levels_shifted_and_steps_are_exponents(
        int bits, bool activationsPerChannel, bool weightsPerChannel, bool symmetric)
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(48, 3, 16, 16);
        QuantizationSettings settings = ResidualNet.Descriptor.Settings with
        {
            Scale = Scale.PowerOfTwo,
            W = bits,
            Iterations = 10,
            ActivationsPerChannel = activationsPerChannel,
            WeightsPerChannel = weightsPerChannel,
            SymmetricWeights = symmetric,
            SymmetricActivations = symmetric,
        };
        string path = Path.Combine(Folder, "model.safetensors");
        Artifact.Write(path, ModelQuantizer.Quantize(ResidualNet.Descriptor, settings, model, inputs).State);
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(path);
        using var manifest = JsonDocument.Parse(metadata["manifest"]);
        using QuantizedModule<Tensor, Tensor> loaded = QuantizedModel.Load(ResidualNet.Descriptor, path);
        using (no_grad())
            loaded.call(inputs);

        JsonElement[] layers = [.. manifest.RootElement.GetProperty("layers").EnumerateArray()];
        Assert.Equal(loaded.Context.Layers.Select(l => l.Name).Order(), layers.Select(Name).Order());
        foreach (JsonElement layer in layers)
        {
            WeightQuantizer weight = loaded.Context.Layers.Single(l => l.Name == Name(layer)).Weight;
            Assert.Equal(
                weight.Value().data<float>().ToArray().Select(BitConverter.SingleToInt32Bits),
                Weights(layer, tensors).Select(BitConverter.SingleToInt32Bits));
        }

        (sbyte[] exponents, byte[] zeros) = (
            Bytes<sbyte>(tensors["activations.exponent"], ScalarType.Int8),
            Bytes<byte>(tensors["activations.zero_point"], ScalarType.Byte));
        int next = 0;
        foreach (JsonElement activation in manifest.RootElement.GetProperty("activations").EnumerateArray())
        {
            ActivationQuantizer quantizer = loaded.Context.Activations.Single(a => a.Name == Name(activation));
            bool perChannel = activation.TryGetProperty("channels", out JsonElement channels);
            Assert.Equal(activationsPerChannel, perChannel);
            int end = next + (perChannel ? channels.GetInt32() : 1);
            Assert.Equal(
                exponents[next..end].Select(k => (float)Math.Pow(2, k)), quantizer.Scale!.data<float>().ToArray());
            Assert.Equal(zeros[next..end].Select(z => (float)z), quantizer.ZeroPoint!.data<float>().ToArray());
            next = end;
        }
        Assert.Equal((next, next), (exponents.Length, zeros.Length));
    }

    private static string Name(JsonElement element) => element.GetProperty("name").GetString()!;

    /// <summary>The weights of a layer in row-major order, with whole numbers and shifts alone.</summary>
    private static IEnumerable<float> Weights(JsonElement layer, Dictionary<string, Tensor> tensors)
    {
        string prefix = $"quantized.{Name(layer)}.";
        int bits = layer.GetProperty("bits").GetInt32(), axis = layer.GetProperty("channelAxis").GetInt32();
        long[] shape = [.. layer.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
        byte[] levels = new byte[shape.Aggregate(1L, (a, b) => a * b)];
        BitPacking.Unpack(Bytes<byte>(tensors[prefix + "levels"], ScalarType.Byte), bits, levels);
        (sbyte[] exponents, byte[] zeros) = (
            Bytes<sbyte>(tensors[prefix + "exponent"], ScalarType.Int8),
            Bytes<byte>(tensors[prefix + "zero_point"], ScalarType.Byte));
        Assert.Equal((shape[axis], shape[axis]), (exponents.Length, zeros.Length));
        long inner = shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        for (int i = 0; i < levels.Length; i++)
        {
            long channel = i / inner % shape[axis],
                shifted = ((long)levels[i] - zeros[channel]) << (exponents[channel] + Fraction);
            Assert.InRange(exponents[channel], -Fraction, 63 - 9 - Fraction);
            // 2^-40 times a whole number: no bit is lost.
            yield return (float)Math.ScaleB((double)shifted, -Fraction);
        }
    }

    private static T[] Bytes<T>(Tensor tensor, ScalarType type) where T : unmanaged
    {
        Assert.Equal(type, tensor.dtype);
        return tensor.data<T>().ToArray();
    }
}
