using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Functions of several tensors.</content>
public static partial class Ops
{
    /// <summary>Sum of two tensors.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "op_Addition", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "add", Kind = OpKind.Join)]
    public static Tensor add(Tensor left, Tensor right) =>
        Note.As(left.add(right, Numbers.One), $"add({left}, {right})");

    /// <summary>Sum of two tensors, the second times <paramref name="alpha"/>.</summary>
    [Lowers(typeof(torch.Tensor), "add", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "add", Kind = OpKind.Join)]
    public static Tensor add(Tensor left, Tensor right, Scalar alpha) =>
        Note.As(Keep(left.add(right, alpha), alpha), $"add({left}, mul({right}, {alpha}))");

    /// <summary>Sum of two tensors, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "add_", Kind = OpKind.Join)]
    public static Tensor add_(Tensor left, Tensor right) =>
        Note.InPlace(left, Own(left).add_(right, Numbers.One), $"add({left}, {right})");

    /// <summary>Sum of two tensors, the second times <paramref name="alpha"/>, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "add_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "add_", Kind = OpKind.Join)]
    public static Tensor add_(Tensor left, Tensor right, Scalar alpha) =>
        Note.InPlace(left, Keep(Own(left).add_(right, alpha), alpha), $"add({left}, mul({right}, {alpha}))");

    /// <summary>Difference of two tensors.</summary>
    [Lowers(typeof(torch.Tensor), "sub", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "op_Subtraction", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "sub", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "subtract", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "subtract", Kind = OpKind.Join)]
    public static Tensor sub(Tensor left, Tensor right) => Note.As(left - right, $"sub({left}, {right})");

    /// <summary>Difference of two tensors, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "sub_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "sub_", Kind = OpKind.Join)]
    public static Tensor sub_(Tensor left, Tensor right) =>
        Note.InPlace(left, Own(left).sub_(right), $"sub({left}, {right})");

    /// <summary>Product of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "mul", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "op_Multiply", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "mul", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "multiply", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "multiply", Kind = OpKind.Join)]
    public static Tensor mul(Tensor left, Tensor right) => Note.As(left * right, $"mul({left}, {right})");

    /// <summary>Product of two tensors, element by element, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "mul_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "mul_", Kind = OpKind.Join)]
    public static Tensor mul_(Tensor left, Tensor right) =>
        Note.InPlace(left, Own(left).mul_(right), $"mul({left}, {right})");

    /// <summary>Quotient of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "op_Division", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "div", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "divide", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "divide", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "true_divide", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "true_divide", Kind = OpKind.Join)]
    public static Tensor div(Tensor left, Tensor right) => Note.As(left / right, $"div({left}, {right})");

    /// <summary>Quotient of two tensors, element by element, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "div_", Kind = OpKind.Join)]
    public static Tensor div_(Tensor left, Tensor right) =>
        Note.InPlace(left, Own(left).div_(right), $"div({left}, {right})");

    /// <summary>Quotient of two tensors, element by element, rounded.</summary>
    [Lowers(typeof(torch.Tensor), "div", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "divide", Kind = OpKind.Join)]
    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode) =>
        Note.None(left.div(right, rounding_mode), nameof(div));

    /// <summary>
    /// Quotient of two tensors, element by element. TorchSharp's function does not round, whatever it is told.
    /// </summary>
    [Lowers(typeof(torch), "div", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "divide", Kind = OpKind.Join)]
    public static Tensor quotient(Tensor left, Tensor right, RoundingMode rounding_mode) =>
        Note.As(torch.div(left, right, rounding_mode), $"div({left}, {right})");

    /// <summary>Quotient of two tensors, element by element, rounded, in place of the first.</summary>
    [Lowers(typeof(torch.Tensor), "div_", Kind = OpKind.Join)]
    public static Tensor div_(Tensor left, Tensor right, RoundingMode rounding_mode) =>
        Note.None(Own(left).div_(right, rounding_mode), nameof(div_));

    /// <summary>
    /// Quotient of two tensors, element by element, in place of the first. TorchSharp's function does not round,
    /// whatever it is told.
    /// </summary>
    [Lowers(typeof(torch), "div_", Kind = OpKind.Join)]
    public static Tensor quotient_(Tensor left, Tensor right, RoundingMode rounding_mode) =>
        Note.None(torch.div_(Own(left), right, rounding_mode), nameof(quotient_));

    /// <summary>Matrix product.</summary>
    [Lowers(typeof(torch.Tensor), "matmul", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "matmul", Kind = OpKind.Join)]
    public static Tensor matmul(Tensor input, Tensor target) =>
        Note.As(SafeProduct.Matmul(input, target), $"matmul({input}, {target})");

    /// <summary>Matrix product of two matrices.</summary>
    [Lowers(typeof(torch.Tensor), "mm", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "mm", Kind = OpKind.Join)]
    public static Tensor mm(Tensor input, Tensor target) => Note.As(input.mm(target), $"matmul({input}, {target})");

    /// <summary>Matrix products of two batches.</summary>
    [Lowers(typeof(torch.Tensor), "bmm", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "bmm", Kind = OpKind.Join)]
    public static Tensor bmm(Tensor input, Tensor batch2) => Note.As(input.bmm(batch2), $"matmul({input}, {batch2})");

    /// <summary>The greater of two tensors, element by element.</summary>
    [Lowers(typeof(torch), "maximum", Kind = OpKind.Join)]
    public static Tensor maximum(Tensor input, Tensor other) =>
        Note.As(torch.maximum(input, other), $"maximum({input}, {other})");

    /// <summary>The lesser of two tensors, element by element.</summary>
    [Lowers(typeof(torch), "minimum", Kind = OpKind.Join)]
    public static Tensor minimum(Tensor input, Tensor other) =>
        Note.As(torch.minimum(input, other), $"minimum({input}, {other})");

    /// <summary>Picks from two tensors.</summary>
    [Lowers(typeof(torch), "where", Kind = OpKind.Join)]
    public static Tensor where(Tensor condition, Tensor x, Tensor y) =>
        Note.As(torch.where(condition, x, y), $"where({condition}, {x}, {y})");
}
