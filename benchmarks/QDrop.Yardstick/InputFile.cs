using System.Runtime.InteropServices;
using Cifar10.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Yardstick;

/// <summary>
/// The calibration inputs as both programs read them: the user's file, or one of CIFAR-10's first training images that
/// is deleted in the end.
/// </summary>
internal sealed class InputFile : IDisposable
{
    private const int Samples = 1024;

    private readonly bool _isOurs;

    public InputFile(string? path)
    {
        _isOurs = path is null;
        Path = path ?? Write();
    }

    public string Path { get; }

    public void Dispose()
    {
        if (_isOurs)
            File.Delete(Path);
    }

    private static string Write()
    {
        using DisposeScope scope = NewDisposeScope();
        CifarImages images = CifarFolder.Find().Train(Samples);
        string path = System.IO.Path.GetTempFileName();
        File.WriteAllBytes(
            path,
            MemoryMarshal
                .AsBytes<float>(Batch.Of(images, 0, Samples).Inputs.contiguous().data<float>().ToArray())
                .ToArray());
        return path;
    }
}
