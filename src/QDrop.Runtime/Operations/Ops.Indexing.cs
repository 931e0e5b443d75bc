using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Indexing, slicing and splitting.</content>
public static partial class Ops
{
    /// <summary>A range of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "narrow", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "narrow", Kind = OpKind.PassThrough)]
    public static Tensor narrow(Tensor input, long dim, long start, long length) =>
        Note.As(input.narrow(dim, start, length), $"slice({input}, dim={dim}, start={start}, end={start + length})");

    /// <summary>A range of a dimension with a step.</summary>
    [Lowers(typeof(torch.Tensor), "slice", Kind = OpKind.PassThrough)]
    public static Tensor slice(Tensor input, long dim, long start, long finish, long step) => Note.As(
            input.slice(dim, start, finish, step),
            $"slice({input}, dim={dim}, start={start}, end={finish}, step={step})");

    /// <summary>One index of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "select", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "select", Kind = OpKind.PassThrough)]
    public static Tensor select(Tensor input, long dim, long index) =>
        Note.Selected(input.select(dim, index), input, dim, index);

    /// <summary>Indexing with ranges.</summary>
    [Lowers(typeof(torch.Tensor), "index", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, params TensorIndex[] indices) =>
        indices.Select(TensorOf).OfType<Tensor>().ToArray() switch
        {
            [] => Note.Indexed(input.index(indices), input, x => x.index(indices)),
            [var only] => Note.Taken(input.index(indices), input, only, x => x.index(indices)),
            _ => Note.None(input.index(indices), "an index of several tensors"),
        };

    /// <summary>Indexing with tensors of positions: a table of what belongs to them.</summary>
    /// <exception cref="QDropException">
    /// An index is a mask (QDROP232): how many elements it picks depends on values.
    /// </exception>
    [Lowers(typeof(torch.Tensor), "index", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, params Tensor[] indices) =>
        indices.Any(static index => index.dtype == ScalarType.Bool)
            ? throw new QDropException(
                Codes.UnsupportedModule,
                "A tensor is indexed with a mask in forward: the shape of what that gives depends on values. Expected "
                    + "positions, as whole numbers. Use where or masked_fill, or index behind the quantized model.")
            : indices is [var only]
                ? Note.As(input.index(indices), $"take({input}, {only}, dim=0)")
                : Note.None(input.index(indices), "an index of several tensors");

    /// <summary>Indexing with positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, params long[] indices) =>
        Note.Indexed(input[indices], input, x => x[indices]);

    /// <summary>Indexing with a position.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1) =>
        Note.Indexed(input[i1], input, x => x[i1]);

    /// <summary>Indexing with two positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2) =>
        Note.Indexed(input[i1, i2], input, x => x[i1, i2]);

    /// <summary>Indexing with three positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3) =>
        Note.Indexed(input[i1, i2, i3], input, x => x[i1, i2, i3]);

    /// <summary>Indexing with four positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4) =>
        Note.Indexed(input[i1, i2, i3, i4], input, x => x[i1, i2, i3, i4]);

    /// <summary>Indexing with five positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4, long i5) =>
        Note.Indexed(input[i1, i2, i3, i4, i5], input, x => x[i1, i2, i3, i4, i5]);

    /// <summary>Indexing with six positions.</summary>
    [Lowers(typeof(torch.Tensor), "this[]", Kind = OpKind.PassThrough)]
    public static Tensor index(Tensor input, long i1, long i2, long i3, long i4, long i5, long i6) =>
        Note.Indexed(input[i1, i2, i3, i4, i5, i6], input, x => x[i1, i2, i3, i4, i5, i6]);

    /// <summary>Picks indices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "index_select", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "index_select", Kind = OpKind.PassThrough)]
    public static Tensor index_select(Tensor input, long dim, Tensor index) =>
        Note.As(input.index_select(dim, index), $"take({input}, {index}, dim={dim})");

    /// <summary>Splits into parts of equal size.</summary>
    [Lowers(typeof(torch.Tensor), "chunk", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "chunk", Kind = OpKind.PassThrough)]
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) =>
        Note.Parts(input.chunk(chunks, dim), input, dim);

    /// <summary>Splits into parts of a size.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, long size, int dim = 0) =>
        Note.Parts(input.split(size, dim), input, dim);

    /// <summary>Splits into parts of given sizes.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, long[] sizes, long dim = 0) =>
        Note.Parts(input.split(sizes, dim), input, dim);

    /// <summary>Splits the first dimension into parts of given sizes.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, params long[] sizes) =>
        Note.Parts(input.split(sizes), input, 0);

    /// <summary>Splits into parts of given sizes.</summary>
    [Lowers(typeof(torch.Tensor), "split", Kind = OpKind.PassThrough)]
    public static Tensor[] split(Tensor input, ReadOnlySpan<long> sizes, long dim = 0) =>
        Note.Parts(input.split(sizes, dim), input, dim);

    /// <summary>Splits into the slices of a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "unbind", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "unbind", Kind = OpKind.PassThrough)]
    public static Tensor[] unbind(Tensor input, long dimension = 0)
    {
        Tensor[] parts = input.unbind(dimension);
        for (int i = 0; i < parts.Length; i++)
            Note.Selected(parts[i], input, dimension, i);
        return parts;
    }
}
