namespace Zoo.Tests;

/// <summary>A model of the zoo of 8 bits in a file, which goes when it is disposed.</summary>
internal sealed class ZooArtifact : IDisposable
{
    public ZooArtifact(Measurements measurements, string model) => _ = measurements.Of(model).WriteEightBits(Path);

    /// <summary>Gets the file.</summary>
    public string Path { get; } = System.IO.Path.Combine(
        System.IO.Path.GetTempPath(), $"zoo-{Guid.NewGuid():n}.safetensors");

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
