using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Transposes, diagonals and mirrors, and other shapes in place.</content>
public static partial class Ops
{
    /// <summary>Reverses the dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "T", Kind = OpKind.PassThrough)]
    public static Tensor T(Tensor input) => Note.As(input.T, $"permute({input}, order={Reversed(input)})");

    /// <summary>Transposes the matrices of a batch.</summary>
    [Lowers(typeof(torch.Tensor), "mT", Kind = OpKind.PassThrough)]
    public static Tensor mT(Tensor input) => Note.As(input.mT, $"permute({input}, order={Exchanged(input, -2, -1)})");

    /// <summary>Transposes a matrix; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "H", Kind = OpKind.PassThrough)]
    public static Tensor H(Tensor input) => Note.As(input.H, $"permute({input}, order={Exchanged(input, 0, -1)})");

    /// <summary>Transposes the matrices of a batch; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "mH", Kind = OpKind.PassThrough)]
    public static Tensor mH(Tensor input) => Note.As(input.mH, $"permute({input}, order={Exchanged(input, -2, -1)})");

    /// <summary>Transposes the matrices of a batch; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "adjoint", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "adjoint", Kind = OpKind.PassThrough)]
    public static Tensor adjoint(Tensor input) =>
        Note.As(input.adjoint(), $"permute({input}, order={Exchanged(input, -2, -1)})");

    /// <summary>Exchanges two dimensions, in place.</summary>
    [Lowers(typeof(torch.Tensor), "transpose_", Kind = OpKind.PassThrough)]
    public static Tensor transpose_(Tensor input, long dim0, long dim1) =>
        Note.None(Own(input).transpose_(dim0, dim1), nameof(transpose_));

    /// <summary>Drops dimensions of size 1, in place.</summary>
    [Lowers(typeof(torch.Tensor), "squeeze_", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "squeeze_", Kind = OpKind.PassThrough)]
    public static Tensor squeeze_(Tensor input, long? dim = null) =>
        Note.None(Own(input).squeeze_(dim), nameof(squeeze_));

    /// <summary>Inserts a dimension of size 1, in place.</summary>
    [Lowers(typeof(torch.Tensor), "unsqueeze_", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unsqueeze_", Kind = OpKind.PassThrough)]
    public static Tensor unsqueeze_(Tensor input, long dim) =>
        Note.None(Own(input).unsqueeze_(dim), nameof(unsqueeze_));

    /// <summary>All values in one dimension.</summary>
    [Lowers(typeof(torch.Tensor), "ravel", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "ravel", Kind = OpKind.PassThrough)]
    public static Tensor ravel(Tensor input) => Note.Reshaped(input.ravel(), input);

    /// <summary>The diagonals of matrices.</summary>
    [Lowers(typeof(torch.Tensor), "diagonal", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "diagonal", Kind = OpKind.PassThrough)]
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) =>
        Note.Rearranged(input.diagonal(offset, dim1, dim2), input, x => x.diagonal(offset, dim1, dim2));

    /// <summary>The diagonal of a matrix, or a matrix with this diagonal.</summary>
    [Lowers(typeof(torch.Tensor), "diag", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "diag", Kind = OpKind.PassThrough)]
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);

    /// <summary>Reverses the second dimension.</summary>
    [Lowers(typeof(torch.Tensor), "fliplr", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "fliplr", Kind = OpKind.PassThrough)]
    public static Tensor fliplr(Tensor input) => Note.As(input.fliplr(), $"flip({input}, dims=[1])");

    /// <summary>Reverses the first dimension.</summary>
    [Lowers(typeof(torch.Tensor), "flipud", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flipud", Kind = OpKind.PassThrough)]
    public static Tensor flipud(Tensor input) => Note.As(input.flipud(), $"flip({input}, dims=[0])");

    /// <summary>Turns by right angles.</summary>
    [Lowers(typeof(torch.Tensor), "rot90", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "rot90", Kind = OpKind.PassThrough)]
    public static Tensor rot90(Tensor input, long k = 1, (long, long)? dims = null) =>
        Note.Rearranged(input.rot90(k, dims), input, x => x.rot90(k, dims));

    /// <summary>Zeros above a diagonal, in place.</summary>
    [Lowers(typeof(torch.Tensor), "tril_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "tril_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor tril_(Tensor input, long diagonal = 0) => Note.None(Own(input).tril_(diagonal), nameof(tril_));

    /// <summary>Zeros below a diagonal, in place.</summary>
    [Lowers(typeof(torch.Tensor), "triu_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "triu_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor triu_(Tensor input, long diagonal = 0) => Note.None(Own(input).triu_(diagonal), nameof(triu_));

    /// <summary>Zeros, in place.</summary>
    [Lowers(typeof(torch.Tensor), "zero_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor zero_(Tensor input) => Note.None(Own(input).zero_(), nameof(zero_));

    /// <summary>A number everywhere, in place.</summary>
    [Lowers(typeof(torch.Tensor), "fill_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor fill_(Tensor input, Scalar value) =>
        Note.None(Keep(Own(input).fill_(value), value), nameof(fill_));

    /// <summary>Grids of coordinates, one for each dimension.</summary>
    [Lowers(typeof(torch), "meshgrid", Kind = OpKind.PassThrough)]
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        torch.meshgrid(tensors, indexing);
}
