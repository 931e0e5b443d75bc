using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Modules;

/// <content>Less common functions of several tensors.</content>
public static partial class Ops
{
    /// <summary>Sum of products over named dimensions.</summary>
    [Lowers(typeof(torch), "einsum", Kind = OpKind.Join)]
    public static Tensor einsum(string equation, params Tensor[] tensors) => torch.einsum(equation, tensors);

    /// <summary>Matrix products of two batches, added to a tensor.</summary>
    [Lowers(typeof(torch.Tensor), "baddbmm", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "baddbmm", Kind = OpKind.Join)]
    public static Tensor baddbmm(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) => input.baddbmm(batch1, batch2, beta, alpha);

    /// <summary>The greater of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "max", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "max", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "maximum", Kind = OpKind.Join)]
    public static Tensor max(Tensor input, Tensor other) => input.max(other);

    /// <summary>The lesser of two tensors, element by element.</summary>
    [Lowers(typeof(torch.Tensor), "min", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "min", Kind = OpKind.Join)]
    [Lowers(typeof(torch.Tensor), "minimum", Kind = OpKind.Join)]
    public static Tensor min(Tensor input, Tensor other) => input.min(other);

    /// <summary>Concatenation along the second dimension.</summary>
    [Lowers(typeof(torch), "hstack", Kind = OpKind.Join)]
    public static Tensor hstack(params Tensor[] tensors) => torch.hstack(tensors);

    /// <summary>Concatenation along the first dimension.</summary>
    [Lowers(typeof(torch), "vstack", Kind = OpKind.Join)]
    public static Tensor vstack(Tensor[] tensors) => torch.vstack(tensors);
}
