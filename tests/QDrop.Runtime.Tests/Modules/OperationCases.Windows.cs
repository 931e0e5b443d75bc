using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <content>Pooling, padding, resampling and dropout.</content>
internal static partial class OperationCases
{
    private static long[] Three(long depth, long height, long width) => [depth, height, width];

    private static IEnumerable<OperationCase> Pools =>
    [
        Case(nameof(Ops.max_pool1d), static () => [Signed, 3L, 2L, 1L, 1L, true]),
        Case(nameof(Ops.max_pool2d), static () => [Image, 3L, 2L, 1L, 2L, true]),
        Case(nameof(Ops.max_pool2d), static () => [Image, (3L, 2L), (2L, 1L), (1L, 0L), (1L, 2L), true]),
        Case(nameof(Ops.max_pool2d), static () =>
            [Image, new long[] { 3, 2 }, new long[] { 2, 1 }, new long[] { 1, 0 }, new long[] { 1, 2 }, true]),
        Case(nameof(Ops.max_pool2d_with_indices), static () =>
            [Image, new long[] { 3, 2 }, new long[] { 2, 1 }, new long[] { 1, 0 }, new long[] { 1, 2 }, true]),
        // With a size of the output TorchSharp passes on none, which libtorch refuses.
        Case(nameof(Ops.max_unpool2d), static () =>
        [
            rand(1, 1, 2, 2), tensor(new long[] { 0, 2, 8, 10 }).view(1, 1, 2, 2), new long[] { 2, 2 },
            new long[] { 2, 2 }, new long[] { 0, 0 }, Typed.As<long[]>(null),
        ]),
        Case(nameof(Ops.max_pool3d), static () =>
            [Volume, Three(3, 2, 2), Three(2, 1, 1), Three(1, 0, 1), Three(1, 2, 1), true]),
        Case(nameof(Ops.avg_pool1d), static () => [Signed, 3L, 2L, 1L, true, false]),
        Case(nameof(Ops.avg_pool2d), static () => [Image, 3L, 2L, 1L, true, false, 5L]),
        Case(nameof(Ops.avg_pool2d), static () => [Image, (3L, 2L), (2L, 1L), (1L, 0L), true, false, 5L]),
        Case(nameof(Ops.avg_pool2d), static () =>
            [Image, new long[] { 3, 2 }, new long[] { 2, 1 }, new long[] { 1, 0 }, true, false, 5L]),
        Case(nameof(Ops.avg_pool3d), static () =>
            [Volume, Three(3, 2, 2), Three(2, 1, 1), Three(1, 0, 1), true, false, 5L]),
        Case(nameof(Ops.adaptive_avg_pool1d), static () => [Signed, 4L]),
        Case(nameof(Ops.adaptive_avg_pool2d), static () => [Image, 4L]),
        Case(nameof(Ops.adaptive_avg_pool2d), static () => [Image, (4L, 3L)]),
        Case(nameof(Ops.adaptive_avg_pool2d), static () => [Image, new long[] { 4, 3 }]),
        Case(nameof(Ops.adaptive_avg_pool3d), static () => [Volume, 3L]),
        Case(nameof(Ops.adaptive_avg_pool3d), static () => [Volume, (3L, 4L, 2L)]),
        Case(nameof(Ops.adaptive_avg_pool3d), static () => [Volume, Three(3, 4, 2)]),
        Case(nameof(Ops.adaptive_max_pool1d), static () => [Signed, 4L]),
        Case(nameof(Ops.adaptive_max_pool2d), static () => [Image, new long[] { 4, 3 }]),
        // TorchSharp calls libtorch's adaptive_max_pool1d, which refuses volumes.
        Case(nameof(Ops.adaptive_max_pool3d), static () => [Signed, new long[] { 4 }]),
    ];

    private static IEnumerable<OperationCase> Borders =>
    [
        Case(nameof(Ops.pad), static () => [Image, 2L, PaddingModes.Constant, 0.5]),
        Case(nameof(Ops.pad), static () => [Signed, (2L, 1L), PaddingModes.Replicate, 0.0]),
        Case(nameof(Ops.pad), static () => [Image, (2L, 1L, 1L, 3L), PaddingModes.Reflect, 0.0]),
        Case(nameof(Ops.pad), static () => [Image, new long[] { 2, 1, 1, 3 }, PaddingModes.Circular, 0.0]),
        Case(nameof(Ops.pad), static () => [Image, Typed.Span(2L, 1, 1, 3), PaddingModes.Constant, 0.5]),
        Case(nameof(Ops.pixel_shuffle), static () => [Image, 2L]),
        Case(nameof(Ops.grid_sample), static () =>
            [Image, rand(2, 3, 5, 2) * 2 - 1, GridSampleMode.Nearest, GridSamplePaddingMode.Border, true]),
        Case(nameof(Ops.pixel_unshuffle), static () => [Image, 2L]),
        Case(nameof(Ops.interpolate), static () =>
            [Image, new long[] { 5, 11 }, Typed.As<double[]>(null), InterpolationMode.Bilinear, false, false, true]),
        new(nameof(Ops.interpolate), static () =>
            [Image, Typed.As<long[]>(null), new[] { 1.7, 2.2 }, InterpolationMode.Bicubic, true, true, false],
            " by factors"),
        // Without a mode TorchSharp says whether corners are aligned, which libtorch refuses to hear then.
        Case(nameof(Ops.upsample), static () =>
            [Image, Typed.As<long[]>(null), new[] { 1.5, 2 }, UpsampleMode.Bilinear, true]),
        Case(nameof(Ops.upsample_bilinear), static () =>
            [Image, Typed.As<long[]>(null), new[] { 1.5, 2 }, true]),
        Case(nameof(Ops.affine_grid), static () => [randn(2, 2, 3), new long[] { 2, 3, 4, 5 }, true]),
        Case(nameof(Ops.col2im), static () => [rand(2, 12, 16), 4L, 2L, 2L, 1L, 1L]),
        Case(nameof(Ops.col2im), static () => [rand(2, 18, 8), (4L, 6L), (2L, 3L), (2L, 1L), (1L, 0L), (1L, 3L)]),
        Case(nameof(Ops.dropout), static () => [Signed, 0.3, true, true]),
        Case(nameof(Ops.dropout1d), static () => [Signed, 0.3, true, true]),
        Case(nameof(Ops.dropout2d), static () => [Image, 0.3, true, true]),
        Case(nameof(Ops.dropout3d), static () => [Volume, 0.3, true, true]),
        Case(nameof(Ops.alpha_dropout), static () => [Signed, 0.3, true, true]),
    ];
}
