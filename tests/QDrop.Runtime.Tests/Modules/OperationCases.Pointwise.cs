using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <content>Functions in place, remainders and orders, transposes, and what mixes several tensors.</content>
internal static partial class OperationCases
{
    private static Tensor Square => randn(3, 3);

    private static IEnumerable<OperationCase> PointwiseInPlace =>
    [
        .. Unary(nameof(Ops.sqrt_), nameof(Ops.rsqrt_), nameof(Ops.exp_), nameof(Ops.log_), nameof(Ops.reciprocal_),
            nameof(Ops.sin_), nameof(Ops.cos_), nameof(Ops.abs_), nameof(Ops.neg_), nameof(Ops.gelu_),
            nameof(Ops.celu), nameof(Ops.celu_), nameof(Ops.zero_)),
        .. WithNumber(nameof(Ops.celu), nameof(Ops.celu_), nameof(Ops.clamp_min), nameof(Ops.clamp_max),
            nameof(Ops.clamp_min_), nameof(Ops.clamp_max_), nameof(Ops.fill_)),
        Case(nameof(Ops.gelu_), static () => [Signed, TorchSharp.Modules.GELU.Approximate.tanh]),
        Case(nameof(Ops.pow_), static () => [Signed, Number(3)]),
        Case(nameof(Ops.pow_), static () => [X, Signed]),
    ];

    private static IEnumerable<OperationCase> Rounding =>
    [
        .. Unary(nameof(Ops.expm1), nameof(Ops.exp2), nameof(Ops.log1p), nameof(Ops.log2), nameof(Ops.log10),
            nameof(Ops.tan), nameof(Ops.atan), nameof(Ops.floor), nameof(Ops.ceil), nameof(Ops.trunc),
            nameof(Ops.sign)),
        .. Binary(nameof(Ops.remainder), nameof(Ops.fmod), nameof(Ops.floor_divide), nameof(Ops.atan2)),
        .. WithNumber(nameof(Ops.remainder), nameof(Ops.fmod), nameof(Ops.floor_divide)),
        Case(nameof(Ops.round), static () => [Signed, 1L]),
        Case(nameof(Ops.nan_to_num), static () => [Signed.relu().log() + Signed.sqrt(), 2.0, 3.0, -4.0]),
    ];

    private static IEnumerable<OperationCase> Accumulating =>
    [
        Case(nameof(Ops.logsumexp), static () => [Signed, 1L, true]),
        Case(nameof(Ops.cumsum), static () => [Signed, 1L, ScalarType.Float64]),
        Case(nameof(Ops.cumprod), static () => [Signed, 1L, ScalarType.Float64]),
        Case(nameof(Ops.prod), static () => [Signed, ScalarType.Float64]),
        Case(nameof(Ops.prod), static () => [Signed, 1L, true, ScalarType.Float64]),
        Case(nameof(Ops.norm), static () => [Signed, 3f]),
        Case(nameof(Ops.norm), static () => [Signed, 1, true, 3f]),
        Case(nameof(Ops.topk), static () => [Signed, 3, 1, false, true]),
        Case(nameof(Ops.top), static () => [Signed, 3, 1, false, true]),
        Case(nameof(Ops.sort), static () => [Signed, 1L, true, true]),
        Case(nameof(Ops.order), static () => [Signed, 1L, true, true]),
    ];

    private static IEnumerable<OperationCase> Transposing =>
    [
        Case(nameof(Ops.T), static () => [rand(2, 3)]),
        Case(nameof(Ops.H), static () => [rand(2, 3)]),
        .. Unary(nameof(Ops.mT), nameof(Ops.mH), nameof(Ops.adjoint), nameof(Ops.ravel), nameof(Ops.fliplr),
            nameof(Ops.flipud)),
        Case(nameof(Ops.transpose_), static () => [Signed, 0L, 2L]),
        Case(nameof(Ops.squeeze_), static () => [rand(1, 3, 1), 2L]),
        Case(nameof(Ops.unsqueeze_), static () => [Signed, 1L]),
        Case(nameof(Ops.diagonal), static () => [Signed, 1L, 1L, 2L]),
        Case(nameof(Ops.diag), static () => [Square, 1L]),
        Case(nameof(Ops.rot90), static () => [Signed, 3L, (1L, 2L)]),
        Case(nameof(Ops.meshgrid), static () => [Typed.As<IEnumerable<Tensor>>([rand(3), rand(4)]), "xy"]),
        Case(nameof(Ops.tril_), static () => [Signed, 1L]),
        Case(nameof(Ops.triu_), static () => [Signed, 1L]),
    ];

    private static IEnumerable<OperationCase> Mixing =>
    [
        Case(nameof(Ops.lerp), static () => [Signed, X, X]),
        Case(nameof(Ops.addcmul), static () => [Signed, X, Signed, Number(0.3)]),
        Case(nameof(Ops.keep), static () => [Signed, X > 0.5, X]),
        Case(nameof(Ops.scatter), static () => [Signed, 1L, ones(2, 1, 6, dtype: ScalarType.Int64), X]),
        Case(nameof(Ops.scatter_), static () => [Signed, 1L, ones(2, 1, 6, dtype: ScalarType.Int64), X]),
        Case(nameof(Ops.scatter_add), static () => [Signed, 1L, ones(2, 3, 6, dtype: ScalarType.Int64), X]),
        Case(nameof(Ops.scatter_add_), static () => [Signed, 1L, ones(2, 3, 6, dtype: ScalarType.Int64), X]),
        Case(nameof(Ops.index_add), static () => [Signed, 1L, Indices, rand(2, 3, 6), Number(0.3)]),
        Case(nameof(Ops.index_add_), static () => [Signed, 1L, Indices, rand(2, 3, 6), Number(0.3)]),
        Case(nameof(Ops.cdist), static () => [Signed, X, 1.0, TorchSharp.compute_mode.donot_use_mm_for_euclid_dist]),
        Case(nameof(Ops.cosine_similarity), static () => [Signed, X, 2L, 0.1]),
    ];
}
