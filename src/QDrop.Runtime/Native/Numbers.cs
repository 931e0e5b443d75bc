using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Native;

/// <summary>
/// Arithmetic with numbers that somebody holds while native code uses them. TorchSharp's own operators make numbers,
/// such as the factor 1 of a sum's second operand, whose finalizers may free them in between (dotnet/TorchSharp#1434).
/// </summary>
internal static class Numbers
{
    /// <summary>0.</summary>
    public static readonly Scalar Zero = 0;

    /// <summary>1.</summary>
    public static readonly Scalar One = 1;

    /// <summary>The sum of two tensors.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) =>
        Note.As(left.add(right, One), $"add({left}, {right})");

    /// <summary>The sum of a tensor and a number.</summary>
    public static Tensor Plus(this Tensor left, double right)
    {
        using Scalar kept = right;
        return Note.As(left.add(kept, One), $"add({left}, {right})");
    }

    /// <summary>A power of each element.</summary>
    public static Tensor Power(this Tensor x, double exponent)
    {
        using Scalar kept = exponent;
        return x.pow(kept);
    }

    /// <summary>The square of each element.</summary>
    public static Tensor Squared(this Tensor x) => x.mul(x);
}
