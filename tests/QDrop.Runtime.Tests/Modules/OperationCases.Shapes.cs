using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <content>What moves, picks, repeats and reduces.</content>
internal static partial class OperationCases
{
    private static Tensor Indices => tensor(new long[] { 1, 0, 1 });

    private static IEnumerable<OperationCase> Shapes =>
    [
        Case(nameof(Ops.flatten), static () => [Signed, 1L, 2L]),
        Case(nameof(Ops.unflatten), static () => [Signed, 2L, new long[] { 2, 3 }]),
        Case(nameof(Ops.unflatten), static () => [Signed, 2L, new Size([2L, 3])]),
        Case(nameof(Ops.view), static () => [Signed, new long[] { 4, -1 }]),
        Case(nameof(Ops.view_as), static () => [Signed, rand(4, 12)]),
        Case(nameof(Ops.reshape), static () => [Signed.transpose(1, 2), new long[] { 4, -1 }]),
        Case(nameof(Ops.squeeze), static () => [rand(1, 3, 1), 2L]),
        Case(nameof(Ops.unsqueeze), static () => [Signed, 1L]),
        Case(nameof(Ops.permute), static () => [Signed, new long[] { 2, 0, 1 }]),
        Case(nameof(Ops.permute), static () => [Signed, Typed.As<IEnumerable<long>>([2, 0, 1])]),
        Case(nameof(Ops.transpose), static () => [Signed, 0L, 2L]),
        Case(nameof(Ops.swapaxes), static () => [Signed, 0L, 2L]),
        Case(nameof(Ops.t), static () => [rand(2, 3)]),
        Case(nameof(Ops.movedim), static () => [Signed, 0L, 2L]),
        Case(nameof(Ops.movedim), static () => [Signed, new long[] { 0, 1 }, new long[] { 2, 0 }]),
        Case(nameof(Ops.moveaxis), static () => [Signed, (0L, 1L), (2L, 0L)]),
        Case(nameof(Ops.moveaxis), static () => [Signed, (0L, 1L, 2L), (2L, 0L, 1L)]),
        Case(nameof(Ops.moveaxis), static () => [Image, (0L, 1L, 2L, 3L), (3L, 2L, 0L, 1L)]),
        Case(nameof(Ops.flip), static () => [Signed, new long[] { 0, 2 }]),
        Case(nameof(Ops.roll), static () => [Signed, 2L, 1L]),
        Case(nameof(Ops.roll), static () => [Signed, (2L, 1L), (1L, 2L)]),
        Case(nameof(Ops.roll), static () => [Signed, (2L, 1L, 1L), (1L, 2L, 0L)]),
        Case(nameof(Ops.roll), static () => [Signed, new long[] { 2, 1 }, new long[] { 1, 2 }]),
        Case(nameof(Ops.roll), static () => [Signed, new long[] { 1 }]),
        Case(nameof(Ops.roll), static () => [Signed, Typed.Span(2L), Typed.Span(1L)]),
    ];

    private static IEnumerable<OperationCase> Picks =>
    [
        Case(nameof(Ops.narrow), static () => [Signed, 1L, 1L, 2L]),
        Case(nameof(Ops.slice), static () => [Signed, 2L, 1L, 5L, 2L]),
        Case(nameof(Ops.select), static () => [Signed, 1L, 2L]),
        Case(nameof(Ops.index), static () =>
            [Signed, new[] { TensorIndex.Colon, TensorIndex.Single(2), TensorIndex.Slice(1, 5, 2) }]),
        Case(nameof(Ops.index), static () =>
            [Signed, new[] { tensor(new long[] { 1, 0, 1 }), tensor(new long[] { 3, 0, 2 }) }]),
        Case(nameof(Ops.index), static () => [rand([2, 2, 2, 2, 2, 2, 2, 3]), new long[] { 1, 0, 1, 0, 1, 0, 1, 2 }]),
        .. Enumerable.Range(1, 6).Select(static n =>
            Case(nameof(Ops.index), () => [rand([2, 3, 2, 3, 2, 3]), .. Enumerable.Repeat((object)1L, n)])),
        Case(nameof(Ops.index_put_), static () => [Signed, Signed[1], new[] { TensorIndex.Single(0) }]),
        Case(nameof(Ops.index_put_), static () => [Signed, Signed[1], new[] { TensorIndex.Tensor(tensor(new long[] { 0 })) }, true]),
        Case(nameof(Ops.index_put_), static () => [Signed, Signed[1], new[] { tensor(new long[] { 0 }) }]),
        Case(nameof(Ops.index_put_), static () => [Signed, Signed[1], new[] { tensor(new long[] { 0 }) }, true]),
        Case(nameof(Ops.index_put_), static () => [Signed, Number(2), new[] { TensorIndex.Slice(0, 1) }]),
        Case(nameof(Ops.index_put_), static () => [Signed, Number(2), new[] { Signed > 0 }]),
        Case(nameof(Ops.index_select), static () => [Signed, 1L, Indices]),
        Case(nameof(Ops.gather), static () => [Signed, 1L, zeros(2, 3, 6, dtype: ScalarType.Int64)]),
        Case(nameof(Ops.gather), static () => [Signed, 1L, zeros(2, 3, 6, dtype: ScalarType.Int64), true]),
        Case(nameof(Ops.masked_fill), static () => [Signed, X > 0.5, Number(-7)]),
        Case(nameof(Ops.masked_fill_), static () => [Signed, X > 0.5, Number(-7)]),
        Case(nameof(Ops.chunk), static () => [Signed, 2L, 1L]),
        Case(nameof(Ops.split), static () => [Signed, 2L, 2]),
        Case(nameof(Ops.split), static () => [Signed, new long[] { 1, 3 }, 1L]),
        Case(nameof(Ops.split), static () => [Signed, Typed.Span(1L, 3), 1L]),
        Case(nameof(Ops.split), static () => [Signed, new long[] { 1, 1 }]),
        Case(nameof(Ops.tensor_split), static () => [Signed, 4L, 2L]),
        Case(nameof(Ops.tensor_split), static () => [Signed, new long[] { 1, 3 }, 2L]),
        Case(nameof(Ops.tensor_split), static () => [Signed, tensor(new long[] { 1, 3 }), 2L]),
        Case(nameof(Ops.unbind), static () => [Signed, 1L]),
        Case(nameof(Ops.channel_shuffle), static () => [Image, 2L]),
        Case(nameof(Ops.im2col), static () => [Image, 2L, 2L, 1L, 3L]),
        Case(nameof(Ops.im2col), static () => [Image, (2L, 3L), (1L, 2L), (1L, 0L), (2L, 1L)]),
        Case(nameof(Ops.unfold), static () => [Signed, 2L, 3L, 2L]),
    ];

    private static IEnumerable<OperationCase> Repeats =>
    [
        Case(nameof(Ops.expand), static () => [rand(2, 1, 6), new long[] { 2, 4, 6 }]),
        Case(nameof(Ops.expand), static () => [rand(2, 1, 6), new long[] { 2, 4, 6 }, true]),
        Case(nameof(Ops.expand), static () => [rand(2, 1, 6), Typed.Span(2L, 4, 6), true]),
        Case(nameof(Ops.expand), static () => [rand(2, 1, 6), new Size([2L, 4, 6]), true]),
        Case(nameof(Ops.expand_as), static () => [rand(2, 1, 6), Signed]),
        Case(nameof(Ops.broadcast_to), static () => [Signed, new long[] { 3, 2, 4, 6 }]),
        Case(nameof(Ops.repeat), static () => [Signed, new long[] { 1, 2, 1 }]),
        Case(nameof(Ops.tile), static () => [Signed, new long[] { 2, 1 }]),
        Case(nameof(Ops.repeat_interleave), static () => [Signed, 2L, 1L, 8L]),
        Case(nameof(Ops.repeat_interleave), static () => [rand(3), Indices, 0L, 2L]),
    ];

    private static IEnumerable<OperationCase> Reductions =>
    [
        Case(nameof(Ops.mean), static () => [Signed, new long[] { 0, 2 }, true, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, 1L, true, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, 0L, 2L, true, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, 0L, 1L, 2L, true, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, new long[] { 0, 2 }, true, ScalarType.Float64]),
        Case(nameof(Ops.sum), static () => [Signed, Typed.Span(0L, 2), true, ScalarType.Float64]),
        Case(nameof(Ops.max), static () => [Signed, 2L, true]),
        Case(nameof(Ops.min), static () => [Signed, 2L, true]),
        Case(nameof(Ops.amax), static () => [Signed, new long[] { 0, 2 }]),
        Case(nameof(Ops.amax), static () => [Signed, new long[] { 0, 2 }, true]),
        Case(nameof(Ops.amax), static () => [Signed, Typed.Span(0L, 2), true]),
        Case(nameof(Ops.amin), static () => [Signed, new long[] { 0, 2 }]),
        Case(nameof(Ops.amin), static () => [Signed, new long[] { 0, 2 }, true]),
        Case(nameof(Ops.amin), static () => [Signed, Typed.Span(0L, 2), true]),
    ];

    private static IEnumerable<OperationCase> Concatenations =>
    [
        Case(nameof(Ops.cat), static () => [new[] { X, Signed }, 1L]),
        Case(nameof(Ops.cat), static () => [Typed.As<IList<Tensor>>([X, Signed]), 1L]),
        Case(nameof(Ops.cat), static () => [Typed.Span(X, Signed), 1L]),
        Case(nameof(Ops.concatenate), static () => [new[] { X, Signed }, 1L]),
        Case(nameof(Ops.concatenate), static () => [Typed.As<IList<Tensor>>([X, Signed]), 1L]),
        Case(nameof(Ops.concatenate), static () => [Typed.Span(X, Signed), 1L]),
        Case(nameof(Ops.stack), static () => [Typed.As<IEnumerable<Tensor>>([X, Signed]), 1L]),
        Case(nameof(Ops.hstack), static () => [new[] { X, Signed }]),
        Case(nameof(Ops.hstack), static () => [Typed.As<IList<Tensor>>([X, Signed])]),
        Case(nameof(Ops.hstack), static () => [Typed.As<IEnumerable<Tensor>>([X, Signed])]),
        Case(nameof(Ops.hstack), static () => [Typed.Span(X, Signed)]),
        Case(nameof(Ops.vstack), static () => [new[] { X, Signed }]),
        Case(nameof(Ops.vstack), static () => [Typed.As<IList<Tensor>>([X, Signed])]),
        Case(nameof(Ops.vstack), static () => [Typed.Span(X, Signed)]),
    ];

    private static IEnumerable<OperationCase> Conversions =>
    [
        Case(nameof(Ops.to), static () => [Signed, ScalarType.Float64, true, false, true]),
        Case(nameof(Ops.to), static () => [Signed, CPU, true, false, true]),
        Case(nameof(Ops.to), static () => [Signed, "cpu", true, false, true]),
        Case(nameof(Ops.to), static () => [Signed, DeviceType.CPU, -1, true, false, true]),
        Case(nameof(Ops.to), static () => [Signed, ScalarType.Float64, CPU, true, false, true]),
        Case(nameof(Ops.to), static () => [Signed, zeros(1, ScalarType.Float64), true]),
        .. Unary(nameof(Ops.to_half), nameof(Ops.to_float), nameof(Ops.to_double), nameof(Ops.to_int),
            nameof(Ops.to_long), nameof(Ops.to_bool), nameof(Ops.cpu), nameof(Ops.to_bfloat16), nameof(Ops.to_short),
            nameof(Ops.to_byte), nameof(Ops.to_char)),
        Case(nameof(Ops.type), static () => [Signed, ScalarType.Float64]),
        Case(nameof(Ops.type_as), static () => [Signed, zeros(1, ScalarType.Float64)]),
    ];
}
