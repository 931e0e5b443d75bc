using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Rotations along dimensions.</content>
public static partial class Ops
{
    /// <summary>Rotates values along a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long shifts, long? dims = null) => input.roll(shifts, dims);

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) =>
        input.roll(shifts, dims);

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) => input.roll(shifts, dims);

    /// <summary>Rotates values along the first dimension.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
        input.roll(shifts, dims);
}
