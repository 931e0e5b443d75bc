using static TorchSharp.torch;

namespace QDrop.Native;

/// <summary>Matrix products whose operands are checked before.</summary>
/// <remarks>
/// TorchSharp 0.107 does not catch what libtorch throws in <c>matmul</c>, alone among the functions of tensors:
/// operands that do not fit end the process.
/// </remarks>
internal static class SafeProduct
{
    /// <summary>What <c>left.matmul(right)</c> gives.</summary>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public static Tensor Matmul(Tensor left, Tensor right) => Problem(left, right) is { } problem
        ? throw new ArgumentException(
            $"matmul cannot multiply [{string.Join(", ", left.shape)}], {left.dtype}, and "
                + $"[{string.Join(", ", right.shape)}], {right.dtype}: {problem}.")
        : left.matmul(right);

    private static string? Problem(Tensor left, Tensor right)
    {
        long[] a = left.shape, b = right.shape;
        if (a.Length == 0 || b.Length == 0)
            return "both need at least one dimension";
        if (left.dtype != right.dtype || left.dtype == ScalarType.Bool)
            return "both need elements of the same type, and numbers";
        if (left.device_type != right.device_type)
            return "both need to be on the same device";
        (long columns, long rows) = (a[^1], b.Length == 1 ? b[0] : b[^2]);
        if (columns != rows)
            return $"{columns} columns do not fit {rows} rows";
        for (int i = 3; i <= Math.Min(a.Length, b.Length); i++)
        {
            if (a[^i] != b[^i] && a[^i] != 1 && b[^i] != 1)
                return $"batches of {a[^i]} and {b[^i]} do not fit";
        }
        return null;
    }
}
