using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// What tests of whole calibrations begin with: one thread, a seed, a dispose scope for their tensors and a folder for
/// their files.
/// </summary>
public abstract class CalibrationTest : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    private protected CalibrationTest(long seed)
    {
        set_num_threads(1);
        manual_seed(seed);
    }

    /// <summary>A folder of the test's own, deleted in the end.</summary>
    private protected string Folder { get; } = Directory.CreateTempSubdirectory("qdrop-calibration-").FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
