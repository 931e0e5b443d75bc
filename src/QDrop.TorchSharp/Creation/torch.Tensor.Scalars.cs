using System.Numerics;

namespace TorchSharp;

// Tensors without dimensions, of one number.
public static partial class torch
{
    public static Tensor tensor((double, double) scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar.Item1, scalar.Item2], [], ScalarType.ComplexFloat64, dtype, device, requires_grad, null);
    public static Tensor tensor((float, float) scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar.Item1, scalar.Item2], [], ScalarType.ComplexFloat32, dtype, device, requires_grad, null);
    public static Tensor tensor(Complex scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.ComplexFloat64, dtype, device, requires_grad, null);
    public static Tensor tensor(BFloat16 scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.BFloat16, dtype, device, requires_grad, null);
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Bool, dtype, device, requires_grad, null);
    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Byte, null, device, requires_grad, null);
    public static Tensor tensor(double real, double imaginary, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([real, imaginary], [], ScalarType.ComplexFloat64, dtype, device, requires_grad, null);
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Float64, dtype, device, requires_grad, null);
    public static Tensor tensor(float real, float imaginary, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([real, imaginary], [], ScalarType.ComplexFloat32, dtype, device, requires_grad, null);
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Float32, null, device, requires_grad, null);
    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Int32, null, device, requires_grad, null);
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Int64, dtype, device, requires_grad, null);
    public static Tensor tensor(sbyte scalar, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Int8, null, device, requires_grad, null);
    public static Tensor tensor(short scalar, Device? device = null, bool requires_grad = false) => FromSpan([scalar], [], ScalarType.Int16, null, device, requires_grad, null);
}
