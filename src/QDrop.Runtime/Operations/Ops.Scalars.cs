using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Arithmetic of a tensor and a number.</content>
public static partial class Ops
{
    /// <summary>Adds a number.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "add", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor add(Tensor left, Scalar right) =>
        Note.As(Keep(left.add(right, Numbers.One), right), $"add({left}, {right})");

    /// <summary>Adds a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "add_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor add_(Tensor left, Scalar right) =>
        Note.InPlace(left, Keep(Own(left).add_(right, Numbers.One), right), $"add({left}, {right})");

    /// <summary>Adds to a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor add(Scalar left, Tensor right) =>
        Note.As(Keep(right.add(left, Numbers.One), left), $"add({left}, {right})");

    /// <summary>Adds a number times <paramref name="alpha"/>.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "add", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor add(Tensor left, Scalar right, Scalar alpha) =>
        Note.As(Keep(left.add(right, alpha), right, alpha), $"add({left}, {right.ToDouble() * alpha.ToDouble()})");

    /// <summary>Adds a number times <paramref name="alpha"/>, in place.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "add_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor add_(Tensor left, Scalar right, Scalar alpha) => Note.InPlace(
            left,
            Keep(Own(left).add_(right, alpha), right, alpha),
            $"add({left}, {right.ToDouble() * alpha.ToDouble()})");

    /// <summary>Subtracts a number.</summary>
    [Lowers(typeof(torch.Tensor), "sub", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "sub", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "subtract", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "subtract", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor sub(Tensor left, Scalar right) => Note.As(Keep(left - right, right), $"sub({left}, {right})");

    /// <summary>Subtracts a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "sub_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "sub_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor sub_(Tensor left, Scalar right) =>
        Note.InPlace(left, Keep(Own(left).sub_(right), right), $"sub({left}, {right})");

    /// <summary>Subtracts from a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor sub(Scalar left, Tensor right) =>
        Note.As(Keep(right.negative().add(left, Numbers.One), left), $"sub({left}, {right})");

    /// <summary>Multiplies by a number.</summary>
    [Lowers(typeof(torch.Tensor), "mul", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "mul", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "multiply", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "multiply", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor mul(Tensor left, Scalar right) => Note.As(Keep(left * right, right), $"mul({left}, {right})");

    /// <summary>Multiplies by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "mul_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "mul_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor mul_(Tensor left, Scalar right) =>
        Note.InPlace(left, Keep(Own(left).mul_(right), right), $"mul({left}, {right})");

    /// <summary>Multiplies a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor mul(Scalar left, Tensor right) => Note.As(Keep(left * right, left), $"mul({left}, {right})");

    /// <summary>Divides by a number.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "div", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "true_divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor div(Tensor left, Scalar right) => Note.As(Keep(left / right, right), $"div({left}, {right})");

    /// <summary>Divides by a number, in place.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "div_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor div_(Tensor left, Scalar right) =>
        Note.InPlace(left, Keep(Own(left).div_(right), right), $"div({left}, {right})");

    /// <summary>Divides a number.</summary>
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor div(Scalar left, Tensor right) => Note.As(Keep(left / right, left), $"div({left}, {right})");

    /// <summary>Divides by a number. TorchSharp's function does not round, whatever it is told.</summary>
    [Lowers(typeof(torch), "div", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor quotient(Tensor left, Scalar right, RoundingMode rounding_mode) =>
        Note.As(Keep(torch.div(left, right, rounding_mode), right), $"div({left}, {right})");

    /// <summary>Divides by a number and rounds.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch.Tensor), "divide", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode) =>
        Note.None(Keep(left.div(right, rounding_mode), right), nameof(div));

    /// <summary>Divides by a number and rounds, in place.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "div_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor div_(Tensor left, Scalar right, RoundingMode rounding_mode) =>
        Note.None(Keep(Own(left).div_(right, rounding_mode), right), nameof(div_));

    /// <summary>
    /// Gives a tensor that an operation may change: one that gradients flow to is copied, because autograd lets no leaf
    /// be changed, such as a quantized value while grids are learned, and no view of one. Nobody else looks at what is
    /// changed; the generator has made sure of that.
    /// </summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="changes">Whether the operation changes it.</param>
    internal static Tensor Own(Tensor tensor, bool changes = true) =>
        changes && tensor.requires_grad && is_grad_enabled() ? tensor.clone() : tensor;

    /// <summary>
    /// Keeps numbers until native code has used them. TorchSharp hands over their handles alone, and the collector may
    /// otherwise free them in between (dotnet/TorchSharp#1434).
    /// </summary>
    private static Tensor Keep(Tensor result, Scalar? one, Scalar? two = null, Scalar? three = null)
    {
        GC.KeepAlive(one);
        GC.KeepAlive(two);
        GC.KeepAlive(three);
        return result;
    }
}
