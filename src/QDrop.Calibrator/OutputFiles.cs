using System.Security.Cryptography;
using QDrop.Safetensors;

namespace QDrop.Calibrator;

/// <summary>
/// A model's files in the intermediate folder: artifact, ONNX model, report, the report's page, some outputs of the
/// float model, and the key by which it is known what they are of.
/// </summary>
internal sealed class OutputFiles(string directory, string model)
{
    /// <summary>Full path of the artifact.</summary>
    internal string Artifact { get; } = Path.Combine(directory, QuantizedModel.ArtifactFileName(model));

    /// <summary>Full path of the report.</summary>
    internal string Report { get; } = Path.Combine(directory, model + ".qdrop.json");

    /// <summary>Full path of the report's page.</summary>
    internal string Page { get; } = Path.Combine(directory, model + ".qdrop.html");

    /// <summary>Full path of the ONNX model, where one is asked for.</summary>
    internal string Onnx { get; } = Path.Combine(directory, model + ".qdrop.onnx");

    /// <summary>Full path of the float model's outputs.</summary>
    internal string Outputs { get; } = Path.Combine(directory, model + ".qdrop.outputs");

    /// <summary>Full path of the checkpoint, which outlives a worker that is stopped.</summary>
    internal string Checkpoint { get; } = Path.Combine(directory, model + ".qdrop.checkpoint");

    private string Key { get; } = Path.Combine(directory, model + ".qdrop.key");

    /// <summary>Whether the files are whole and the result of this key.</summary>
    internal bool AreOf(string key)
    {
        try
        {
            return File.Exists(Key) && File.ReadAllText(Key) == Seal(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Notes that the files are the result of this key; to be called when all are whole.</summary>
    internal void SealAs(string key) => File.WriteAllText(Key, Seal(key));

    /// <summary>
    /// Removes the checkpoint, of no more use when artifact and report are sealed. One that cannot be removed does no
    /// harm.
    /// </summary>
    internal void DeleteCheckpoint()
    {
        try
        {
            File.Delete(Checkpoint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next calibration ignores and replaces it.
        }
    }

    /// <summary>
    /// Removes all files but the checkpoint, whole or not. The checkpoint stays: what is finished need not be done
    /// again once the error's cause is gone.
    /// </summary>
    internal void Delete()
    {
        foreach (string file in new[] { Key, Outputs, Page, Report, Onnx, Artifact })
            AtomicFile.WhileInUse(() => File.Delete(file));
    }

    private string Seal(string key) => string.Join('\n', key, Hash(Artifact), Hash(Report), Hash(Page), Hash(Outputs));

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
