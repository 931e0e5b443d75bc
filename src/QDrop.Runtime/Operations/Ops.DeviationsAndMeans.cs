using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>Deviations together with means.</content>
public static partial class Ops
{
    /// <summary>Standard deviation and mean of all values.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, bool unbiased = true) => input.std_mean(unbiased);

    /// <summary>Standard deviation and mean over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, long dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.std_mean(dim, unbiased, keepdim, type);

    /// <summary>Standard deviation and mean over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, long[] dimensions, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.std_mean(dimensions, unbiased, keepdim, type);

    /// <summary>Standard deviation and mean over dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.std_mean(dimensions, unbiased, keepdim, type);

    /// <summary>Standard deviation and mean over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, (long, long) dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.std_mean(dim, unbiased, keepdim, type);

    /// <summary>Standard deviation and mean over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "std_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "std_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) std_mean(Tensor input, (long, long, long) dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.std_mean(dim, unbiased, keepdim, type);

    /// <summary>Variance and mean of all values.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, bool unbiased = true) => input.var_mean(unbiased);

    /// <summary>Variance and mean over a dimension.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, long dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dim, unbiased, keepdim, type);

    /// <summary>Variance and mean over dimensions.</summary>
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, long[] dimensions, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dimensions, unbiased, keepdim, type);

    /// <summary>Variance and mean over dimensions.</summary>
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dimensions, unbiased, keepdim, type);

    /// <summary>Variance and mean over two dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, (long, long) dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dim, unbiased, keepdim, type);

    /// <summary>Variance and mean over three dimensions.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) var_mean(Tensor input, (long, long, long) dim, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dim, unbiased, keepdim, type);

    /// <summary>Variance and mean over dimensions. TorchSharp's method calls the first a deviation.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) variance_mean(Tensor input, long[] dimensions, bool unbiased = true,
        bool keepdim = false, ScalarType? type = null) => input.var_mean(dimensions, unbiased, keepdim, type);

    /// <summary>Variance and mean over dimensions. TorchSharp's method calls the first a deviation.</summary>
    [Lowers(typeof(torch.Tensor), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor std, Tensor mean) variance_mean(Tensor input, ReadOnlySpan<long> dimensions,
        bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        input.var_mean(dimensions, unbiased, keepdim, type);

    /// <summary>What TorchSharp's function gives for the variance and the mean of all values.</summary>
    [Lowers(typeof(torch), "var_mean", Kind = OpKind.PassThrough)]
    public static (Tensor var, Tensor mean) variance_mean(Tensor input, bool unbiased = true) =>
        torch.var_mean(input, unbiased);
}
