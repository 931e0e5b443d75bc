using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Modules;

/// <summary>Each operation of the vocabulary with arguments that are not its defaults.</summary>
internal static partial class OperationCases
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<OperationCase> All { get; } =
    [
        .. Activations, .. Functions, .. Norms, .. Arithmetic, .. Products, .. Shapes, .. Picks, .. Repeats,
        .. Reductions, .. Concatenations, .. Conversions, .. Pools, .. Borders, .. PointwiseInPlace, .. Rounding,
        .. Accumulating, .. Transposing, .. Mixing,
    ];

    /// <summary>Positive, <c>[2, 4, 6]</c>.</summary>
    private static Tensor X => rand(2, 4, 6) + 0.05f;

    /// <summary>Of both signs, <c>[2, 4, 6]</c>.</summary>
    private static Tensor Signed => randn(2, 4, 6) * 2;

    private static Tensor Image => randn(2, 4, 6, 8);

    private static Tensor Volume => randn([2, 2, 4, 6, 8]);

    private static Scalar Number(double value) => value;

    private static OperationCase Case(string name, Func<object?[]> arguments) => new(name, arguments);

    private static IEnumerable<OperationCase> Activations =>
    [
        .. Unary(nameof(Ops.relu), nameof(Ops.relu_), nameof(Ops.relu6), nameof(Ops.relu6_), nameof(Ops.silu),
            nameof(Ops.silu_), nameof(Ops.selu), nameof(Ops.selu_), nameof(Ops.hardswish), nameof(Ops.hardswish_),
            nameof(Ops.hardsigmoid), nameof(Ops.hardsigmoid_), nameof(Ops.sigmoid), nameof(Ops.sigmoid_),
            nameof(Ops.tanh), nameof(Ops.tanh_), nameof(Ops.gelu), nameof(Ops.logsigmoid), nameof(Ops.Mish)),
        .. InPlace(nameof(Ops.relu), nameof(Ops.relu6), nameof(Ops.silu), nameof(Ops.SiLU), nameof(Ops.selu),
            nameof(Ops.hardswish), nameof(Ops.hardsigmoid), nameof(Ops.sigmoid), nameof(Ops.tanh), nameof(Ops.gelu),
            nameof(Ops.mish), nameof(Ops.softsign)),
        Case(nameof(Ops.gelu), static () => [Signed, TorchSharp.Modules.GELU.Approximate.tanh]),
        Case(nameof(Ops.gelu), static () => [Signed, TorchSharp.Modules.GELU.Approximate.tanh, true]),
        Case(nameof(Ops.leaky_relu), static () => [Signed, 0.3, true]),
        Case(nameof(Ops.leaky_relu), static () => [Signed, Number(0.3)]),
        Case(nameof(Ops.leaky_relu_), static () => [Signed, Number(0.3)]),
        Case(nameof(Ops.elu), static () => [Signed, 0.5]),
        Case(nameof(Ops.elu), static () => [Signed, 0.5, true]),
        Case(nameof(Ops.elu), static () => [Signed, Number(0.5), Number(1.5), Number(2)]),
        Case(nameof(Ops.elu_), static () => [Signed, Number(0.5), Number(1.5), Number(2)]),
        Case(nameof(Ops.celu), static () => [Signed, 0.5, true]),
        Case(nameof(Ops.hardtanh), static () => [Signed, -0.5, 0.7, true]),
        Case(nameof(Ops.hardtanh), static () => [Signed, Number(-0.5), Number(0.7)]),
        Case(nameof(Ops.hardtanh_), static () => [Signed, Number(-0.5), Number(0.7)]),
        Case(nameof(Ops.softplus), static () => [Signed, 0.5, 2.0]),
        Case(nameof(Ops.softmax), static () => [Signed, 1L, ScalarType.Float64]),
        Case(nameof(Ops.softmax2d), static () => [Image]),
        Case(nameof(Ops.softmin), static () => [Signed, 1L]),
        Case(nameof(Ops.log_softmax), static () => [Signed, 1L]),
        Case(nameof(Ops.log_softmax), static () => [Signed, 1L, ScalarType.Float64]),
        Case(nameof(Ops.clamp), static () => [Signed, Number(-0.5), Number(0.7)]),
        Case(nameof(Ops.clamp_), static () => [Signed, Number(-0.5), Number(0.7)]),
        Case(nameof(Ops.clamp), static () => [Signed, -X, Typed.As(X)]),
        Case(nameof(Ops.clamp_), static () => [Signed, -X, Typed.As(X)]),
        Case(nameof(Ops.glu), static () => [Signed, 1L]),
        Case(nameof(Ops.prelu), static () => [Signed, rand(4)]),
    ];

    private static IEnumerable<OperationCase> Functions =>
    [
        .. Unary(nameof(Ops.sqrt), nameof(Ops.rsqrt), nameof(Ops.square), nameof(Ops.exp), nameof(Ops.log),
            nameof(Ops.abs), nameof(Ops.reciprocal), nameof(Ops.sin), nameof(Ops.cos), nameof(Ops.erf), nameof(Ops.neg), nameof(Ops.detach),
            nameof(Ops.clone), nameof(Ops.alias), nameof(Ops.contiguous), nameof(Ops.mean), nameof(Ops.max),
            nameof(Ops.min)),
        Case(nameof(Ops.pow), static () => [Signed, Number(3)]),
        Case(nameof(Ops.pow), static () => [X, Signed]),
    ];

    private static IEnumerable<OperationCase> Norms =>
    [
        Case(nameof(Ops.layer_norm), static () => [Signed, new long[] { 4, 6 }, randn(4, 6), randn(4, 6), 0.1]),
        Case(nameof(Ops.group_norm), static () => [Signed, 2L, randn(4), randn(4), 0.1]),
        Case(nameof(Ops.local_response_norm), static () => [Signed, 3L, 0.1, 0.5, 2.0]),
        Case(nameof(Ops.normalize), static () => [Signed, 3.0, 2L, 0.1]),
        .. Deviations(nameof(Ops.std)),
        .. Deviations(nameof(Ops.var)),
        .. Deviations(nameof(Ops.std_mean)),
        .. Deviations(nameof(Ops.var_mean)),
        Case(nameof(Ops.variance_mean), static () => [Signed, false]),
        Case(nameof(Ops.variance_mean), static () =>
            [Signed, new long[] { 1, 2 }, false, true, ScalarType.Float64]),
        Case(nameof(Ops.variance_mean), static () => [Signed, Typed.Span(1L, 2), false, true, ScalarType.Float64]),
        Case(nameof(Ops.batch_norm), static () =>
            [Signed, rand(4), rand(4) + 0.1, randn(4), randn(4), true, 0.3, 0.1]),
        Case(nameof(Ops.instance_norm), static () =>
            [Signed, rand(4), rand(4) + 0.1, randn(4), randn(4), true, 0.3, 0.1]),
    ];

    private static IEnumerable<OperationCase> Arithmetic =>
    [
        .. Binary(nameof(Ops.add), nameof(Ops.add_), nameof(Ops.sub), nameof(Ops.sub_), nameof(Ops.mul),
            nameof(Ops.mul_), nameof(Ops.div), nameof(Ops.div_), nameof(Ops.max), nameof(Ops.min), nameof(Ops.maximum),
            nameof(Ops.minimum)),
        .. WithNumber(nameof(Ops.add), nameof(Ops.add_), nameof(Ops.sub), nameof(Ops.sub_), nameof(Ops.mul),
            nameof(Ops.mul_), nameof(Ops.div), nameof(Ops.div_)),
        .. OfNumber(nameof(Ops.add), nameof(Ops.sub), nameof(Ops.mul), nameof(Ops.div)),
        Case(nameof(Ops.add), static () => [Signed, Signed, Number(0.3)]),
        Case(nameof(Ops.add_), static () => [Signed, Signed, Number(0.3)]),
        Case(nameof(Ops.add), static () => [Signed, Number(3), Number(0.3)]),
        Case(nameof(Ops.add_), static () => [Signed, Number(3), Number(0.3)]),
        Case(nameof(Ops.div), static () => [Signed, X, RoundingMode.floor]),
        Case(nameof(Ops.div_), static () => [Signed, X, RoundingMode.trunc]),
        Case(nameof(Ops.div), static () => [Signed, Number(0.3), RoundingMode.trunc]),
        Case(nameof(Ops.div_), static () => [Signed, Number(0.3), RoundingMode.floor]),
        Case(nameof(Ops.quotient), static () => [Signed, X, RoundingMode.floor]),
        Case(nameof(Ops.quotient_), static () => [Signed, X, RoundingMode.floor]),
        Case(nameof(Ops.quotient), static () => [Signed, Number(0.3), RoundingMode.trunc]),
        Case(nameof(Ops.where), static () => [Signed > 0, X, Signed]),
    ];

    private static IEnumerable<OperationCase> Products =>
    [
        Case(nameof(Ops.matmul), static () => [Signed, randn(6, 3)]),
        Case(nameof(Ops.mm), static () => [randn(4, 6), randn(6, 3)]),
        Case(nameof(Ops.bmm), static () => [Signed, randn(2, 6, 3)]),
        Case(nameof(Ops.einsum), static () => ["nij,nkj->nik", new[] { Signed, X }]),
        Case(nameof(Ops.outer), static () => [randn(4), randn(6)]),
        Case(nameof(Ops.linear), static () => [Signed, randn(3, 6), randn(3)]),
        Case(nameof(Ops.conv1d), static () => [Signed, randn(6, 2, 3), randn(6), 2L, 1L, 1L, 2L]),
        Case(nameof(Ops.conv2d), static () =>
            [Image, randn(6, 2, 3, 3), randn(6), new long[] { 2, 1 }, new long[] { 1, 2 }, new long[] { 1, 2 }, 2L]),
        Case(nameof(Ops.conv3d), static () =>
        [
            Volume, randn([4, 1, 2, 2, 2]), randn(4), new long[] { 2, 1, 1 }, new long[] { 1, 0, 1 },
            new long[] { 1, 2, 1 }, 2L,
        ]),
        Case(nameof(Ops.baddbmm), static () => [Signed, randn(2, 6, 4), randn(2, 4, 4), 0.5f, 2f]),
        Attention(static () => [Signed, randn(2, 5, 6), randn(2, 5, 3), randn(4, 5), 0.0, false], " with a mask"),
        Attention(static () =>
            [Signed, randn(2, 5, 6), randn(2, 5, 3), Kept, 0.0, false], " with truth values"),
        Attention(static () =>
            [Signed, Signed, randn(2, 4, 3), Typed.As<Tensor>(null), 0.0, true], " of earlier positions"),
    ];

    /// <summary>The chain of the weights has no quantizer.</summary>
    private static OperationCase Attention(Func<object?[]> arguments, string note) =>
        new(nameof(Ops.scaled_dot_product_attention), () => [Weights(), .. arguments()], note);

    private static Chain Weights()
    {
        var context = new QuantizationContext(Sequential(Linear(1, 1)));
        return new Chain(context, null, "weights", Feeds.Result, afterJoin: false, static () => []);
    }

    private static Tensor Kept => (randn(4, 5) > 0).logical_or(eye(4, 5, dtype: ScalarType.Bool));

    private static IEnumerable<OperationCase> Unary(params string[] names) =>
        names.Select(static n => Case(n, () => [NeedsPositive(n) ? X : Signed]));

    private static bool NeedsPositive(string name) =>
        name.StartsWith("log", StringComparison.Ordinal) || name.Contains("sqrt", StringComparison.Ordinal);

    private static IEnumerable<OperationCase> InPlace(params string[] names) =>
        names.Select(static n => Case(n, static () => [Signed, true]));

    private static IEnumerable<OperationCase> Binary(params string[] names) =>
        names.Select(static n => Case(n, static () => [Signed, X]));

    private static IEnumerable<OperationCase> WithNumber(params string[] names) =>
        names.Select(static n => Case(n, static () => [Signed, Number(0.3)]));

    private static IEnumerable<OperationCase> OfNumber(params string[] names) =>
        names.Select(static n => Case(n, static () => [Number(0.3), X]));

    private static IEnumerable<OperationCase> Deviations(string name) =>
    [
        Case(name, static () => [Signed, false]),
        Case(name, static () => [Signed, 1L, false, true, ScalarType.Float64]),
        Case(name, static () => [Signed, new long[] { 1, 2 }, false, true, ScalarType.Float64]),
        Case(name, static () => [Signed, Typed.Span(1L, 2), false, true, ScalarType.Float64]),
        Case(name, static () => [Signed, (1L, 2L), false, true, ScalarType.Float64]),
        Case(name, static () => [Signed, (0L, 1L, 2L), false, true, ScalarType.Float64]),
    ];
}
