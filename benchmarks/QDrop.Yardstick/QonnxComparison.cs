using Cifar10.Data;
using Onnx;
using QDrop.Programs;
using QDrop.Tests.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>
/// Evaluates a model's QONNX export by the published definition of <c>Quant</c>, and compares it with the program.
/// </summary>
internal static class QonnxComparison
{
    private const int BatchSize = 100;

    /// <summary>Compares, and writes accuracy and differences.</summary>
    /// <param name="artifact">A quantized ResNet-20.</param>
    /// <param name="count">Number of test images.</param>
    public static void Run(string artifact, int count)
    {
        using var program = QuantizedProgram.Load(artifact);
        using var stream = new MemoryStream();
        program.ToOnnx(stream, new() { Format = OnnxFormat.Qonnx });
        ModelProto model = ModelProto.Parser.ParseFrom(stream.ToArray());
        CifarImages images = CifarFolder.Find().Test();
        (int seen, int right, int same, float difference) = (0, 0, 0, 0);
        for (int first = 0; first < Math.Min(count, images.Count); first += BatchSize)
        {
            using DisposeScope scope = NewDisposeScope();
            var batch = Batch.Of(images, first, Math.Min(BatchSize, images.Count - first));
            Tensor pixels = batch.Inputs.contiguous();
            int size = (int)pixels.shape[0];
            float[] own = new float[size * CifarImages.Classes.Count];
            program.Run(pixels.data<float>().ToArray(), own);
            Constant input = new(
                ValueKind.Float32, [size, 3, CifarImages.Side, CifarImages.Side], pixels.bytes.ToArray());
            Tensor expected = tensor(own).view(size, -1), found = empty(expected.shape);
            QonnxEvaluator.Run(model, [input]).Single().Bytes.CopyTo(found.bytes);
            right += (int)found.argmax(1).eq(batch.Labels).sum().ToInt64();
            same += (int)found.argmax(1).eq(expected.argmax(1)).sum().ToInt64();
            difference = Math.Max(difference, (found - expected).abs().max().ToSingle());
            seen += size;
        }
        Console.WriteLine(
            $"{seen:n0} images, {model.Graph.Node.Count(static n => n.OpType == "Quant")} Quant nodes of "
                + $"{model.Graph.Node.Count}: accuracy {100.0 * right / seen:0.00} %, same class as the program "
                + $"{same:n0}, greatest difference of an output {difference:g3}");
    }
}
