namespace QDrop;

/// <summary>What the worker of the build calls, by reflection.</summary>
internal static class ArtifactExport
{
    /// <summary>The program of an artifact as ONNX.</summary>
    /// <param name="artifact">Full path of the artifact.</param>
    /// <param name="weights">A member of <see cref="OnnxWeights"/>.</param>
    /// <param name="format">A member of <see cref="OnnxFormat"/>.</param>
    /// <exception cref="QDropException">QDROP255, QDROP256: it has no program, or one that cannot be written.</exception>
    internal static byte[] Write(string artifact, string weights, string format)
    {
        using var program = QuantizedProgram.Load(artifact);
        using var stream = new MemoryStream();
        program.ToOnnx(
            stream, new() { Weights = Enum.Parse<OnnxWeights>(weights), Format = Enum.Parse<OnnxFormat>(format) });
        return stream.ToArray();
    }
}
