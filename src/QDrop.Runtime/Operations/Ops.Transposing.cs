using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Transposes, diagonals and mirrors, and other shapes in place.</content>
public static partial class Ops
{
    /// <summary>Reverses the dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "T", Kind = OpKind.PassThrough)]
    public static Tensor T(Tensor input) => input.T;

    /// <summary>Transposes the matrices of a batch.</summary>
    [Lowers(typeof(torch.Tensor), "mT", Kind = OpKind.PassThrough)]
    public static Tensor mT(Tensor input) => input.mT;

    /// <summary>Transposes a matrix; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "H", Kind = OpKind.PassThrough)]
    public static Tensor H(Tensor input) => input.H;

    /// <summary>Transposes the matrices of a batch; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "mH", Kind = OpKind.PassThrough)]
    public static Tensor mH(Tensor input) => input.mH;

    /// <summary>Transposes the matrices of a batch; real numbers are their own conjugates.</summary>
    [Lowers(typeof(torch.Tensor), "adjoint", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "adjoint", Kind = OpKind.PassThrough)]
    public static Tensor adjoint(Tensor input) => input.adjoint();

    /// <summary>Exchanges two dimensions, in place.</summary>
    [Lowers(typeof(torch.Tensor), "transpose_", Kind = OpKind.PassThrough)]
    public static Tensor transpose_(Tensor input, long dim0, long dim1) => Own(input).transpose_(dim0, dim1);

    /// <summary>Drops dimensions of size 1, in place.</summary>
    [Lowers(typeof(torch.Tensor), "squeeze_", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "squeeze_", Kind = OpKind.PassThrough)]
    public static Tensor squeeze_(Tensor input, long? dim = null) => Own(input).squeeze_(dim);

    /// <summary>Inserts a dimension of size 1, in place.</summary>
    [Lowers(typeof(torch.Tensor), "unsqueeze_", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unsqueeze_", Kind = OpKind.PassThrough)]
    public static Tensor unsqueeze_(Tensor input, long dim) => Own(input).unsqueeze_(dim);

    /// <summary>All values in one dimension.</summary>
    [Lowers(typeof(torch.Tensor), "ravel", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "ravel", Kind = OpKind.PassThrough)]
    public static Tensor ravel(Tensor input) => Note.Reshaped(input.ravel(), input);

    /// <summary>The diagonals of matrices.</summary>
    [Lowers(typeof(torch.Tensor), "diagonal", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "diagonal", Kind = OpKind.PassThrough)]
    public static Tensor diagonal(Tensor input, long offset = 0, long dim1 = 0, long dim2 = 1) =>
        input.diagonal(offset, dim1, dim2);

    /// <summary>The diagonal of a matrix, or a matrix with this diagonal.</summary>
    [Lowers(typeof(torch.Tensor), "diag", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "diag", Kind = OpKind.PassThrough)]
    public static Tensor diag(Tensor input, long diagonal = 0) => input.diag(diagonal);

    /// <summary>Reverses the second dimension.</summary>
    [Lowers(typeof(torch.Tensor), "fliplr", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "fliplr", Kind = OpKind.PassThrough)]
    public static Tensor fliplr(Tensor input) => input.fliplr();

    /// <summary>Reverses the first dimension.</summary>
    [Lowers(typeof(torch.Tensor), "flipud", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "flipud", Kind = OpKind.PassThrough)]
    public static Tensor flipud(Tensor input) => input.flipud();

    /// <summary>Turns by right angles.</summary>
    [Lowers(typeof(torch.Tensor), "rot90", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "rot90", Kind = OpKind.PassThrough)]
    public static Tensor rot90(Tensor input, long k = 1, (long, long)? dims = null) => input.rot90(k, dims);

    /// <summary>Zeros above a diagonal, in place.</summary>
    [Lowers(typeof(torch.Tensor), "tril_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "tril_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor tril_(Tensor input, long diagonal = 0) => Own(input).tril_(diagonal);

    /// <summary>Zeros below a diagonal, in place.</summary>
    [Lowers(typeof(torch.Tensor), "triu_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    [Lowers(typeof(torch), "triu_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor triu_(Tensor input, long diagonal = 0) => Own(input).triu_(diagonal);

    /// <summary>Zeros, in place.</summary>
    [Lowers(typeof(torch.Tensor), "zero_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor zero_(Tensor input) => Own(input).zero_();

    /// <summary>A number everywhere, in place.</summary>
    [Lowers(typeof(torch.Tensor), "fill_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor fill_(Tensor input, Scalar value) => Keep(Own(input).fill_(value), value);

    /// <summary>Grids of coordinates, one for each dimension.</summary>
    [Lowers(typeof(torch), "meshgrid", Kind = OpKind.PassThrough)]
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        torch.meshgrid(tensors, indexing);
}
