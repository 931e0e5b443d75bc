using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>
/// Writing into ranges, positions and masks. The generator writes <c>y[mask] = 0;</c> with these, too.
/// </content>
public static partial class Ops
{
    /// <summary>Other values in ranges, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, params TensorIndex[] indices) =>
        Note.None(Own(input).index_put_(value, indices), nameof(index_put_));

    /// <summary>Other values in ranges, or their sum with what is there, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, TensorIndex[] indices, bool accumulate) =>
        Note.None(Own(input).index_put_(value, indices, accumulate), nameof(index_put_));

    /// <summary>Other values at positions, or where a mask is true, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, params Tensor[] indices) =>
        Note.None(Own(input).index_put_(value, indices), nameof(index_put_));

    /// <summary>Other values at positions, or their sum with what is there, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, Tensor[] indices, bool accumulate) =>
        Note.None(Own(input).index_put_(value, indices, accumulate), nameof(index_put_));

    /// <summary>A number in ranges, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor index_put_(Tensor input, Scalar value, params TensorIndex[] indices) =>
        Note.None(Keep(Own(input).index_put_(value, indices), value), nameof(index_put_));

    /// <summary>A number at positions, or where a mask is true, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor index_put_(Tensor input, Scalar value, params Tensor[] indices) =>
        Note.None(Keep(Own(input).index_put_(value, indices), value), nameof(index_put_));
}
