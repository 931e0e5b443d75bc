using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using QDrop.Programs;

namespace QDrop.Tests.Onnx;

/// <summary>Runs ONNX models with ONNX Runtime, on one thread.</summary>
internal static class OnnxRunner
{
    /// <summary>The outputs of a model.</summary>
    /// <param name="model">The model's bytes.</param>
    /// <param name="inputs">The inputs, in the model's order.</param>
    /// <param name="level">What ONNX Runtime does to the model before it runs.</param>
    public static IReadOnlyList<Constant> Run(
        byte[] model,
        IReadOnlyList<Constant> inputs,
        GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using SessionOptions options = Options(level);
        using var session = new InferenceSession(model, options);
        return Run(session, inputs);
    }

    /// <summary>The outputs of a model that is loaded.</summary>
    public static IReadOnlyList<Constant> Run(InferenceSession session, IReadOnlyList<Constant> inputs)
    {
        using var run = new RunOptions();
        OrtValue[] values = [.. inputs.Select(ValueOf)];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs =
                session.Run(run, [.. session.InputNames], values, session.OutputNames);
            return [.. outputs.Select(ConstantOf)];
        }
        finally
        {
            foreach (OrtValue value in values)
                value.Dispose();
        }
    }

    /// <summary>The model as ONNX Runtime has made it before it runs: the operators, in order.</summary>
    public static IReadOnlyList<string> OptimizedOperators(byte[] model)
    {
        string path = Path.Combine(Path.GetTempPath(), $"optimized-{Guid.NewGuid():n}.onnx");
        try
        {
            using SessionOptions options = Options(GraphOptimizationLevel.ORT_ENABLE_ALL);
            options.OptimizedModelFilePath = path;
            using (var session = new InferenceSession(model, options))
            {
            }
            using FileStream stream = File.OpenRead(path);
            return [.. global::Onnx.ModelProto.Parser.ParseFrom(stream).Graph.Node.Select(static n => n.OpType)];
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Options of a session that runs on one thread.</summary>
    public static SessionOptions Options(GraphOptimizationLevel level) => new()
    {
        GraphOptimizationLevel = level,
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    private static OrtValue ValueOf(Constant input)
    {
        long[] shape = Array.ConvertAll(input.Shape, static s => (long)s);
        return input.Kind switch
        {
            ValueKind.Float32 => OrtValue.CreateTensorValueFromMemory(
                MemoryMarshal.Cast<byte, float>(input.Bytes).ToArray(), shape),
            ValueKind.Int64 => OrtValue.CreateTensorValueFromMemory(
                MemoryMarshal.Cast<byte, long>(input.Bytes).ToArray(), shape),
            _ => OrtValue.CreateTensorValueFromMemory(
                MemoryMarshal.Cast<byte, bool>(input.Bytes).ToArray(), shape),
        };
    }

    private static Constant ConstantOf(OrtValue output)
    {
        OrtTensorTypeAndShapeInfo info = output.GetTensorTypeAndShape();
        int[] shape = Array.ConvertAll(info.Shape, static s => (int)s);
        return info.ElementDataType switch
        {
            TensorElementType.Float => new(
                ValueKind.Float32, shape, MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<float>()).ToArray()),
            TensorElementType.Int64 => new(
                ValueKind.Int64, shape, MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<long>()).ToArray()),
            TensorElementType.Bool => new(
                ValueKind.Bool, shape, MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<bool>()).ToArray()),
            var other => throw new NotSupportedException($"An output has elements of type {other}."),
        };
    }
}
