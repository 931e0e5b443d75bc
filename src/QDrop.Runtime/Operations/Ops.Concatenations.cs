using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Concatenations.</content>
public static partial class Ops
{
    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "cat", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "concat", Kind = OpKind.Join)]
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) =>
        Note.As(torch.cat(tensors, dim), $"concat({tensors.ToArray()}, dim={dim})");

    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "cat", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "concat", Kind = OpKind.Join)]
    public static Tensor cat(Tensor[] tensors, long dim = 0) =>
        Note.As(torch.cat(tensors, dim), $"concat({tensors.ToArray()}, dim={dim})");

    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "cat", Kind = OpKind.Join)]
    [Lowers(typeof(torch), "concat", Kind = OpKind.Join)]
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) =>
        Note.As(torch.cat(tensors, dim), $"concat({tensors.ToArray()}, dim={dim})");

    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "concatenate", Kind = OpKind.Join)]
    public static Tensor concatenate(Tensor[] tensors, long axis = 0) =>
        Note.As(torch.cat(tensors, axis), $"concat({tensors.ToArray()}, dim={axis})");

    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "concatenate", Kind = OpKind.Join)]
    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) =>
        Note.As(torch.cat(tensors, axis), $"concat({tensors.ToArray()}, dim={axis})");

    /// <summary>Concatenation along a dimension.</summary>
    [Lowers(typeof(torch), "concatenate", Kind = OpKind.Join)]
    public static Tensor concatenate(ReadOnlySpan<Tensor> tensors, long axis = 0) =>
        Note.As(torch.cat(tensors, axis), $"concat({tensors.ToArray()}, dim={axis})");

    /// <summary>Stacks along a new dimension.</summary>
    [Lowers(typeof(torch), "stack", Kind = OpKind.Join)]
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) =>
        Note.Stacked([.. tensors], dim);

    /// <summary>Concatenation along the second dimension.</summary>
    [Lowers(typeof(torch), "hstack", Kind = OpKind.Join)]
    public static Tensor hstack(params Tensor[] tensors) =>
        Joined([.. tensors], torch.hstack, 1);

    /// <summary>Concatenation along the second dimension.</summary>
    [Lowers(typeof(torch), "hstack", Kind = OpKind.Join)]
    public static Tensor hstack(IList<Tensor> tensors) =>
        Joined([.. tensors], torch.hstack, 1);

    /// <summary>Concatenation along the second dimension.</summary>
    [Lowers(typeof(torch), "hstack", Kind = OpKind.Join)]
    public static Tensor hstack(IEnumerable<Tensor> tensors) =>
        Joined([.. tensors], torch.hstack, 1);

    /// <summary>Concatenation along the second dimension.</summary>
    [Lowers(typeof(torch), "hstack", Kind = OpKind.Join)]
    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) =>
        Joined([.. tensors], torch.hstack, 1);

    /// <summary>Concatenation along the first dimension.</summary>
    [Lowers(typeof(torch), "vstack", Kind = OpKind.Join)]
    public static Tensor vstack(Tensor[] tensors) =>
        Joined([.. tensors], torch.vstack, 0);

    /// <summary>Concatenation along the first dimension.</summary>
    [Lowers(typeof(torch), "vstack", Kind = OpKind.Join)]
    public static Tensor vstack(IList<Tensor> tensors) =>
        Joined([.. tensors], torch.vstack, 0);

    /// <summary>Concatenation along the first dimension.</summary>
    [Lowers(typeof(torch), "vstack", Kind = OpKind.Join)]
    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) =>
        Joined([.. tensors], torch.vstack, 0);
}
