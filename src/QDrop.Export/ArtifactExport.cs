using System.Runtime.InteropServices;
using QDrop.Programs;

namespace QDrop;

/// <summary>What the worker of the build calls, by reflection.</summary>
internal static class ArtifactExport
{
    /// <summary>The program of an artifact as ONNX.</summary>
    /// <param name="artifact">Full path of the artifact.</param>
    /// <param name="weights">A member of <see cref="OnnxWeights"/>.</param>
    /// <param name="format">A member of <see cref="OnnxFormat"/>.</param>
    /// <param name="exact">See <see cref="OnnxOptions.Exact"/>.</param>
    /// <param name="samples">Some inputs; none where the program does not take them.</param>
    /// <exception cref="QDropException">QDROP255, QDROP256: it has no program, or one that cannot be written.</exception>
    internal static byte[] Write(string artifact, string weights, string format, bool exact, IReadOnlyList<Constant> samples)
    {
        using var program = QuantizedProgram.Load(artifact);
        using var stream = new MemoryStream();
        program.ToOnnx(
            stream,
            new()
            {
                Weights = Enum.Parse<OnnxWeights>(weights),
                Format = Enum.Parse<OnnxFormat>(format),
                Exact = exact,
                Samples = samples.Count == program.Inputs.Count ? Call(program, samples) : null,
            });
        return stream.ToArray();
    }

    private static ProgramCall Call(QuantizedProgram program, IReadOnlyList<Constant> samples)
    {
        ProgramCall call = program.CreateCall();
        foreach ((ProgramTensor input, Constant value) in program.Inputs.Zip(samples))
        {
            switch (value.Kind)
            {
                case ValueKind.Float32:
                    call.SetInput(input.Name, MemoryMarshal.Cast<byte, float>(value.Bytes), value.Shape);
                    break;
                case ValueKind.Int64:
                    call.SetInput(input.Name, MemoryMarshal.Cast<byte, long>(value.Bytes), value.Shape);
                    break;
                default:
                    call.SetInput(input.Name, MemoryMarshal.Cast<byte, bool>(value.Bytes), value.Shape);
                    break;
            }
        }
        return call;
    }
}
