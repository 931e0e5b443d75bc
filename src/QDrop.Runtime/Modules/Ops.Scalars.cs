using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Modules;

/// <content>Arithmetic of a tensor and a number.</content>
public static partial class Ops
{
    /// <summary>Adds a number.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "add", Kind = OpKind.PassThrough)]
    public static Tensor add(Tensor left, Scalar right) => left + right;

    /// <summary>Adds a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.PassThrough)]
    public static Tensor add_(Tensor left, Scalar right) => left.add_(right);

    /// <summary>Adds a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough)]
    public static Tensor add(Scalar left, Tensor right) => left + right;

    /// <summary>Subtracts a number.</summary>
    [Lowers(typeof(torch.Tensor), "sub", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "sub", Kind = OpKind.PassThrough)]
    public static Tensor sub(Tensor left, Scalar right) => left - right;

    /// <summary>Subtracts a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sub_", Kind = OpKind.PassThrough)]
    public static Tensor sub_(Tensor left, Scalar right) => left.sub_(right);

    /// <summary>Subtracts from a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough)]
    public static Tensor sub(Scalar left, Tensor right) => left - right;

    /// <summary>Multiplies by a number.</summary>
    [Lowers(typeof(torch.Tensor), "mul", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "mul", Kind = OpKind.PassThrough)]
    public static Tensor mul(Tensor left, Scalar right) => left * right;

    /// <summary>Multiplies by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "mul_", Kind = OpKind.PassThrough)]
    public static Tensor mul_(Tensor left, Scalar right) => left.mul_(right);

    /// <summary>Multiplies a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough)]
    public static Tensor mul(Scalar left, Tensor right) => left * right;

    /// <summary>Divides by a number.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "div", Kind = OpKind.PassThrough)]
    public static Tensor div(Tensor left, Scalar right) => left / right;

    /// <summary>Divides by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.PassThrough)]
    public static Tensor div_(Tensor left, Scalar right) => left.div_(right);

    /// <summary>Divides a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough)]
    public static Tensor div(Scalar left, Tensor right) => left / right;
}
