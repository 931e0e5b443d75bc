using System.Security.Cryptography;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// What tells values of two runs apart: it takes no memory, and does not end with the scopes of the user's code.
/// </summary>
internal static class ValueDigests
{
    /// <summary>The type, the shape and a hash of the values of each tensor.</summary>
    public static string[] Of(Bundle bundle) =>
    [
        .. bundle.Tensors.Select(static t =>
        {
            using DisposeScope scope = NewDisposeScope();
            string digest = Convert.ToHexString(SHA256.HashData(t.detach().contiguous().bytes));
            return $"{t.dtype} [{string.Join(", ", t.shape)}] {digest}";
        }),
    ];
}
