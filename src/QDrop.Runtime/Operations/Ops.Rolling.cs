using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Rotations along dimensions.</content>
public static partial class Ops
{
    /// <summary>Rotates values along a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long shifts, long? dims = null) =>
        Note.Rearranged(input.roll(shifts, dims), input, x => x.roll(shifts, dims));

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) =>
        Note.Rearranged(input.roll(shifts, dims), input, x => x.roll(shifts, dims));

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) =>
        Note.Rearranged(input.roll(shifts, dims), input, x => x.roll(shifts, dims));

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long[] shifts, long[] dims) =>
        Note.Rearranged(input.roll(shifts, dims), input, x => x.roll(shifts, dims));

    /// <summary>Rotates values along the first dimension.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, long[] shifts) =>
        Note.Rearranged(input.roll(shifts), input, x => x.roll(shifts));

    /// <summary>Rotates values along dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "roll", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "roll", Kind = OpKind.PassThrough)]
    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default)
    {
        (long[] by, long[] along) = (shifts.ToArray(), dims.ToArray());
        return Note.Rearranged(
            input.roll(shifts, dims), input, x => x.roll((ReadOnlySpan<long>)by, (ReadOnlySpan<long>)along));
    }
}
