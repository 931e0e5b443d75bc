using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QDrop.Artifacts;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>
/// Names a result by everything that decides it: the code of the model, the settings, weights, calibration inputs, and
/// the libraries that compute. Not the thread count and the processor: they change the last digits of sums, not what
/// the result is.
/// </summary>
internal static class ContentKey
{
    /// <summary>The key of the artifact that calibrating would give; 64 hexadecimal digits.</summary>
    internal static string Of(
        QuantizedModelDescriptor descriptor,
        QuantizationSettings settings,
        bool insight,
        string weightsHash,
        string calibrationHash)
    {
        string[] parts =
        [
            "QDrop artifact, key 3",
            descriptor.Name,
            descriptor.Fingerprint,
            JsonSerializer.Serialize(settings),
            insight ? "insight" : "no insight",
            weightsHash,
            calibrationHash,
            Build(typeof(Artifact)),
            Build(typeof(Tensor)),
            __version__,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    /// <summary>
    /// An assembly's build: with deterministic compilation, its module version is a hash of its contents.
    /// </summary>
    private static string Build(Type type) => $"{type.Assembly.GetName().Version} {type.Module.ModuleVersionId}";
}
