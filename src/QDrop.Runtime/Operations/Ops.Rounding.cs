using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Logarithms, angles, rounding and remainders.</content>
public static partial class Ops
{
    /// <summary>Exponential function minus one.</summary>
    [Lowers(typeof(torch.Tensor), "expm1", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "expm1", Kind = OpKind.Activation)]
    public static Tensor expm1(Tensor input) => Note.As(input.expm1(), $"expm1({input})");

    /// <summary>Power of two.</summary>
    [Lowers(typeof(torch.Tensor), "exp2", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "exp2", Kind = OpKind.Activation)]
    public static Tensor exp2(Tensor input) => Note.As(input.exp2(), $"exp(mul({input}, 0.6931471805599453))");

    /// <summary>Natural logarithm of one plus the value.</summary>
    [Lowers(typeof(torch.Tensor), "log1p", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log1p", Kind = OpKind.Activation)]
    public static Tensor log1p(Tensor input) => Note.As(input.log1p(), $"log1p({input})");

    /// <summary>Logarithm to base 2.</summary>
    [Lowers(typeof(torch.Tensor), "log2", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log2", Kind = OpKind.Activation)]
    public static Tensor log2(Tensor input) => Note.As(input.log2(), $"log2({input})");

    /// <summary>Logarithm to base 10.</summary>
    [Lowers(typeof(torch.Tensor), "log10", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "log10", Kind = OpKind.Activation)]
    public static Tensor log10(Tensor input) => Note.As(input.log10(), $"log10({input})");

    /// <summary>Tangent of an angle in radians.</summary>
    [Lowers(typeof(torch.Tensor), "tan", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "tan", Kind = OpKind.Activation)]
    public static Tensor tan(Tensor input) => Note.As(input.tan(), $"tan({input})");

    /// <summary>Angle in radians with this tangent.</summary>
    [Lowers(typeof(torch.Tensor), "atan", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "atan", Kind = OpKind.Activation)]
    public static Tensor atan(Tensor input) => Note.As(input.atan(), $"atan({input})");

    /// <summary>Rounds down.</summary>
    [Lowers(typeof(torch.Tensor), "floor", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "floor", Kind = OpKind.Activation)]
    public static Tensor floor(Tensor input) => Note.As(input.floor(), $"floor({input})");

    /// <summary>Rounds up.</summary>
    [Lowers(typeof(torch.Tensor), "ceil", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "ceil", Kind = OpKind.Activation)]
    public static Tensor ceil(Tensor input) => Note.As(input.ceil(), $"ceil({input})");

    /// <summary>Rounds towards zero.</summary>
    [Lowers(typeof(torch.Tensor), "trunc", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "trunc", Kind = OpKind.Activation)]
    public static Tensor trunc(Tensor input) => Note.As(input.trunc(), $"trunc({input})");

    /// <summary>−1, 0 or 1, as the sign is.</summary>
    [Lowers(typeof(torch.Tensor), "sign", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "sign", Kind = OpKind.Activation)]
    public static Tensor sign(Tensor input) => Note.As(input.sign(), $"sign({input})");

    /// <summary>Rounds to so many decimals.</summary>
    [Lowers(typeof(torch.Tensor), "round", Kind = OpKind.Activation)]
    [Lowers(typeof(torch), "round", Kind = OpKind.Activation)]
    public static Tensor round(Tensor input, long decimals = 0) =>
        decimals == 0 ? Note.As(input.round(decimals), $"round({input})") : input.round(decimals);

    /// <summary>What a division by a number leaves, with the sign of the divisor.</summary>
    [Lowers(typeof(torch.Tensor), "remainder", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_Modulus", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "remainder", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor remainder(Tensor left, Scalar right) =>
        Note.As(Keep(left.remainder(right), right), $"sub({left}, mul(floor(div({left}, {right})), {right}))");

    /// <summary>What a division leaves, element by element, with the sign of the divisor.</summary>
    [Lowers(typeof(torch.Tensor), "remainder", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "op_Modulus", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "remainder", Kind = OpKind.Join)]
    public static Tensor remainder(Tensor left, Tensor right) =>
        Note.As(left.remainder(right), $"sub({left}, mul(floor(div({left}, {right})), {right}))");

    /// <summary>What a division by a number leaves, with the sign of the dividend.</summary>
    [Lowers(typeof(torch.Tensor), "fmod", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "fmod", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor fmod(Tensor left, Scalar right) =>
        Note.As(Keep(left.fmod(right), right), $"sub({left}, mul(trunc(div({left}, {right})), {right}))");

    /// <summary>What a division leaves, element by element, with the sign of the dividend.</summary>
    [Lowers(typeof(torch.Tensor), "fmod", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "fmod", Kind = OpKind.Join)]
    public static Tensor fmod(Tensor left, Tensor right) =>
        Note.As(left.fmod(right), $"sub({left}, mul(trunc(div({left}, {right})), {right}))");

    /// <summary>Divides by a number and rounds down.</summary>
    [Lowers(typeof(torch.Tensor), "floor_divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor floor_divide(Tensor input, Scalar other) =>
        Note.As(Keep(input.floor_divide(other), other), $"floor(div({input}, {other}))");

    /// <summary>Quotient of two tensors, element by element, rounded down.</summary>
    [Lowers(typeof(torch.Tensor), "floor_divide", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "floor_divide", Kind = OpKind.Join)]
    public static Tensor floor_divide(Tensor input, Tensor other) =>
        Note.As(input.floor_divide(other), $"floor(div({input}, {other}))");

    /// <summary>Angle in radians of a point.</summary>
    [Lowers(typeof(torch.Tensor), "atan2", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "atan2", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "arctan2", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "arctan2", Kind = OpKind.Join)]
    public static Tensor atan2(Tensor input, Tensor other) => input.atan2(other);

    /// <summary>Numbers for what is none, and for infinities.</summary>
    [Lowers(typeof(torch.Tensor), "nan_to_num", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "nan_to_num", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) =>
        input.nan_to_num(nan, posinf, neginf);
}
