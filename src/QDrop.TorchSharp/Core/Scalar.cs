using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A single number with its element type, as ATen's Scalar.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long _integer;
    private readonly Complex _number;

    // As in libtorch a scalar is an int64, a double, a bool or a complex double, whatever C# type it was made of.
    private Scalar(ScalarType type, long integer)
    {
        Type = type;
        _integer = integer;
        _number = integer;
    }

    private Scalar(ScalarType type, Complex number)
    {
        Type = type;
        _number = number;
        _integer = number.Imaginary == 0 && Math.Abs(number.Real) < 9.2e18 ? (long)number.Real : 0;
    }

    public ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => new(ScalarType.Int64, value);
    public static implicit operator Scalar(sbyte value) => new(ScalarType.Int64, value);
    public static implicit operator Scalar(short value) => new(ScalarType.Int64, value);
    public static implicit operator Scalar(int value) => new(ScalarType.Int64, value);
    public static implicit operator Scalar(long value) => new(ScalarType.Int64, value);
    public static implicit operator Scalar(Half value) => new(ScalarType.Float64, (double)value);
    public static implicit operator Scalar(BFloat16 value) => new(ScalarType.Float64, (double)value);
    public static implicit operator Scalar(float value) => new(ScalarType.Float64, (double)value);
    public static implicit operator Scalar(double value) => new(ScalarType.Float64, value);
    public static implicit operator Scalar(bool value) => new(ScalarType.Bool, value ? 1L : 0);
    public static implicit operator Scalar((float, float) value) => new(ScalarType.ComplexFloat64, new Complex(value.Item1, value.Item2));
    public static implicit operator Scalar(Complex value) => new(ScalarType.ComplexFloat64, value);

    /// <summary>Nothing native is held; present because TorchSharp's scalars are disposable.</summary>
    public void Dispose() { }

    internal double Real => _number.Real;

    internal Complex Number => _number;

    internal long Integer => _integer;

    internal Value ToValue() => Type switch
    {
        ScalarType.Bool => _integer != 0,
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 => _integer,
        ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 => Value.Complex(_number),
        _ => _number.Real,
    };
}
