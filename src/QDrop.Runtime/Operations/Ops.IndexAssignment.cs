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
        Own(input).index_put_(value, indices);

    /// <summary>Other values in ranges, or their sum with what is there, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, TensorIndex[] indices, bool accumulate) =>
        Own(input).index_put_(value, indices, accumulate);

    /// <summary>Other values at positions, or where a mask is true, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, params Tensor[] indices) =>
        Own(input).index_put_(value, indices);

    /// <summary>Other values at positions, or their sum with what is there, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.Join)]
    public static Tensor index_put_(Tensor input, Tensor value, Tensor[] indices, bool accumulate) =>
        Own(input).index_put_(value, indices, accumulate);

    /// <summary>A number in ranges, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor index_put_(Tensor input, Scalar value, params TensorIndex[] indices) =>
        Keep(Own(input).index_put_(value, indices), value);

    /// <summary>A number at positions, or where a mask is true, in place.</summary>
    [Lowers(typeof(torch.Tensor), "index_put_", Kind = OpKind.PassThrough, Shape = ShapeEffect.Keeps)]
    public static Tensor index_put_(Tensor input, Scalar value, params Tensor[] indices) =>
        Keep(Own(input).index_put_(value, indices), value);
}
