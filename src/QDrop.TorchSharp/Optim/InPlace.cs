using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>In-place operators that hand back no second handle to the tensor they change.</summary>
internal static class InPlace
{
    /// <summary>self = 0</summary>
    internal static void Zero(Tensor self) => Aten.CallVoid("zero_", self);

    /// <summary>self *= factor</summary>
    internal static void Mul(Tensor self, double factor) => Aten.CallVoid("mul_.Scalar", self, factor);

    /// <summary>self /= divisor</summary>
    internal static void Div(Tensor self, double divisor) => Aten.CallVoid("div_.Scalar", self, divisor);

    /// <summary>self += value</summary>
    internal static void Add(Tensor self, double value) => Aten.CallVoid("add_.Scalar", self, value);

    /// <summary>self += alpha * other</summary>
    internal static void Add(Tensor self, Tensor other, double alpha) => Aten.CallVoid("add_.Tensor", self, other, alpha);

    /// <summary>self += weight * (end - self)</summary>
    internal static void Lerp(Tensor self, Tensor end, double weight) => Aten.CallVoid("lerp_.Scalar", self, end, weight);

    /// <summary>self += value * a * b</summary>
    internal static void AddCMul(Tensor self, Tensor a, Tensor b, double value) => Aten.CallVoid("addcmul_", self, a, b, value);

    /// <summary>self += value * a / b</summary>
    internal static void AddCDiv(Tensor self, Tensor a, Tensor b, double value) => Aten.CallVoid("addcdiv_", self, a, b, value);

    /// <summary>self = max(self, other), element by element</summary>
    internal static void Maximum(Tensor self, Tensor other) => Aten.CallVoid("maximum.out", self, other, self);

    /// <summary>self = source</summary>
    internal static void Copy(Tensor self, Tensor source) => Aten.CallVoid("copy_", self, source);
}
