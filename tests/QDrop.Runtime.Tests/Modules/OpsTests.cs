using QDrop.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Runtime.Tests.Modules;

/// <summary>Operations of the vocabulary compute what the members that they stand for compute.</summary>
public sealed class OpsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public OpsTests()
    {
        set_num_threads(1);
        manual_seed(2);
    }

    public void Dispose() => _scope.Dispose();

    /// <summary>A name, what TorchSharp computes of a positive tensor <c>[2, 4, 6]</c>, and what the vocabulary computes of it.</summary>
    private static readonly (string Name, Func<Tensor, Tensor> Member, Func<Tensor, Tensor> Operation)[] Pairs =
    [
        ("elu_", x => (x - 1).elu_(0.5), x => Ops.elu_(x - 1, 0.5)),
        ("hardtanh_", x => x.clone().hardtanh_(0.2, 0.5), x => Ops.hardtanh_(x.clone(), 0.2, 0.5)),
        ("glu", x => functional.glu(x, 1), x => Ops.glu(x, 1)),
        ("prelu", x => functional.prelu(x - 1, tensor([0.3f])), x => Ops.prelu(x - 1, tensor([0.3f]))),
        ("logsigmoid", functional.logsigmoid, Ops.logsigmoid),
        ("softmin", x => functional.softmin(x, 2), x => Ops.softmin(x, 2)),
        ("sqrt", torch.sqrt, Ops.sqrt),
        ("rsqrt", torch.rsqrt, Ops.rsqrt),
        ("square", torch.square, Ops.square),
        ("pow", x => x.pow(3), x => Ops.pow(x, 3)),
        ("exp", torch.exp, Ops.exp),
        ("log", torch.log, Ops.log),
        ("abs", x => (x - 1).abs(), x => Ops.abs(x - 1)),
        ("reciprocal", torch.reciprocal, Ops.reciprocal),
        ("erf", torch.erf, Ops.erf),
        ("layer_norm", x => functional.layer_norm(x, [6L], eps: 0.1), x => Ops.layer_norm(x, [6L], eps: 0.1)),
        ("layer_norm, scaled", x => functional.layer_norm(x, [6L], arange(6f)), x => Ops.layer_norm(x, [6L], arange(6f))),
        ("layer_norm, shifted", x => functional.layer_norm(x, [6L], arange(6f), ones(6)), x => Ops.layer_norm(x, [6L], arange(6f), ones(6))),
        ("group_norm", x => functional.group_norm(x, 2), x => Ops.group_norm(x, 2)),
        ("group_norm, scaled", x => functional.group_norm(x, 2, arange(4f), ones(4)), x => Ops.group_norm(x, 2, arange(4f), ones(4))),
        ("local_response_norm", x => functional.local_response_norm(x, 3, 0.1, 0.5, 2), x => Ops.local_response_norm(x, 3, 0.1, 0.5, 2)),
        ("normalize", x => functional.normalize(x, 2, 2), x => Ops.normalize(x, 2, 2)),
        ("std", x => x.std(1, false, true), x => Ops.std(x, 1, false, true)),
        ("std over dimensions", x => x.std([1L, 2], true, true), x => Ops.std(x, [1L, 2], true, true)),
        ("var", x => x.var(1, false, true), x => Ops.var(x, 1, false, true)),
        ("var over dimensions", x => x.var([1L, 2], true, true), x => Ops.var(x, [1L, 2], true, true)),
        ("sum", x => x.sum(), x => Ops.sum(x)),
        ("sum over dimensions", x => x.sum(new long[] { 0, 2 }, true), x => Ops.sum(x, new long[] { 0, 2 }, true)),
        ("sum over two", x => x.sum(0, 2, true), x => Ops.sum(x, 0, 2, true)),
        ("max", x => x.max(), x => Ops.max(x)),
        ("max over time", x => x.max(2).Item1, x => Ops.max(x, 2).values),
        ("max over time, where", x => x.max(2, true).Item2, x => Ops.max(x, 2, true).indexes),
        ("max of two", x => x.max(x.flip(0)), x => Ops.max(x, x.flip(0))),
        ("min", x => x.min(), x => Ops.min(x)),
        ("min over time", x => x.min(2).Item1, x => Ops.min(x, 2).values),
        ("min of two", x => x.minimum(x.flip(0)), x => Ops.min(x, x.flip(0))),
        ("amin", x => x.amin(1, 2), x => Ops.amin(x, 1, 2)),
        ("amin, kept", x => x.amin([1L], true), x => Ops.amin(x, [1L], true)),
        ("amax, kept", x => x.amax(new long[] { 1 }, true), x => Ops.amax(x, new long[] { 1 }, true)),
        ("max_pool3d", x => functional.max_pool3d(x.unsqueeze(0), [2L, 2, 2]), x => Ops.max_pool3d(x.unsqueeze(0), [2L, 2, 2])),
        ("avg_pool3d", x => functional.avg_pool3d(x.unsqueeze(0), [2L, 2, 2]), x => Ops.avg_pool3d(x.unsqueeze(0), [2L, 2, 2])),
        ("adaptive_avg_pool3d", x => functional.adaptive_avg_pool3d(x.unsqueeze(0), 2), x => Ops.adaptive_avg_pool3d(x.unsqueeze(0), 2)),
        ("adaptive_avg_pool3d, sizes", x => functional.adaptive_avg_pool3d(x.unsqueeze(0), (1, 2, 3)), x => Ops.adaptive_avg_pool3d(x.unsqueeze(0), (1, 2, 3))),
        ("adaptive_avg_pool3d, array", x => functional.adaptive_avg_pool3d(x.unsqueeze(0), [1L, 2, 3]), x => Ops.adaptive_avg_pool3d(x.unsqueeze(0), [1L, 2, 3])),
        // TorchSharp calls libtorch's adaptive_max_pool1d, which refuses volumes.
        ("adaptive_max_pool3d", x => functional.adaptive_max_pool3d(x, [2L]), x => Ops.adaptive_max_pool3d(x, [2L])),
        ("masked_fill", x => x.masked_fill(x.gt(0.5), -1), x => Ops.masked_fill(x, x.gt(0.5), -1)),
        ("masked_fill_", x => x.clone().masked_fill_(x.gt(0.5), -1), x => Ops.masked_fill_(x.clone(), x.gt(0.5), -1)),
        ("permute", x => x.permute(new List<long> { 2, 0, 1 }), x => Ops.permute(x, new List<long> { 2, 0, 1 })),
        ("movedim", x => torch.movedim(x, 0, 2), x => Ops.movedim(x, 0, 2)),
        ("movedim, arrays", x => x.movedim([0L, 1], [2L, 0]), x => Ops.movedim(x, [0L, 1], [2L, 0])),
        ("expand_as", x => x.narrow(1, 0, 1).expand_as(x), x => Ops.expand_as(x.narrow(1, 0, 1), x)),
        ("broadcast_to", x => x.broadcast_to(3, 2, 4, 6), x => Ops.broadcast_to(x, 3, 2, 4, 6)),
        ("tile", x => x.tile([2L, 1, 1]), x => Ops.tile(x, [2L, 1, 1])),
        ("repeat_interleave", x => x.repeat_interleave(2, 1), x => Ops.repeat_interleave(x, 2, 1)),
        ("gather", x => x.gather(2, zeros(2, 4, 3, dtype: ScalarType.Int64)), x => Ops.gather(x, 2, zeros(2, 4, 3, dtype: ScalarType.Int64))),
        ("tensor_split", x => x.tensor_split(4, 2)[1], x => Ops.tensor_split(x, 4, 2)[1]),
        ("to_type", x => x.to_type(ScalarType.Float64), x => Ops.to_type(x, ScalarType.Float64)),
        ("type_as", x => x.gt(0.5).type_as(x), x => Ops.type_as(x.gt(0.5), x)),
        ("pixel_unshuffle", x => functional.pixel_unshuffle(x.unsqueeze(0), 2), x => Ops.pixel_unshuffle(x.unsqueeze(0), 2)),
        ("channel_shuffle", x => x.unsqueeze(-1).channel_shuffle(2), x => Ops.channel_shuffle(x.unsqueeze(-1), 2)),
        ("unfold of an image", x => functional.unfold(x.unsqueeze(0), 2, 1, 1, 2), x => Ops.im2col(x.unsqueeze(0), 2, 1, 1, 2)),
        ("unfold of a dimension", x => x.unfold(2, 3, 2), x => Ops.unfold(x, 2, 3, 2)),
        // TorchSharp always says whether corners are aligned, which libtorch refuses to hear with its default mode.
        ("upsample", x => functional.upsample(x.unsqueeze(0), [8, 12], mode: UpsampleMode.Bilinear), x => Ops.upsample(x.unsqueeze(0), [8, 12], mode: UpsampleMode.Bilinear)),
        ("dropout1d", x => functional.dropout1d(x, 0.5, false), x => Ops.dropout1d(x, 0.5, false)),
        ("dropout3d", x => functional.dropout3d(x.unsqueeze(0), 0.5, false), x => Ops.dropout3d(x.unsqueeze(0), 0.5, false)),
        ("alpha_dropout", x => functional.alpha_dropout(x, 0.5), x => Ops.alpha_dropout(x, 0.5)),
        ("einsum", x => torch.einsum("nij,nkj->nik", x, x.flip(0)), x => Ops.einsum("nij,nkj->nik", x, x.flip(0))),
        // TorchSharp hands its arguments over in another order: it adds the third to the product of the first two.
        ("baddbmm", x => x.baddbmm(x.transpose(1, 2), ones(2, 4, 4), 0.5f, 2), x => Ops.baddbmm(x, x.transpose(1, 2), ones(2, 4, 4), 0.5f, 2)),
        ("hstack", x => torch.hstack(x, x * 2), x => Ops.hstack(x, x * 2)),
        ("vstack", x => torch.vstack([x, x * 2]), x => Ops.vstack([x, x * 2])),
    ];

    public static TheoryData<string> Names => [.. Pairs.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_computes_what_its_member_computes(string name)
    {
        var (_, member, operation) = Pairs.Single(p => p.Name == name);
        using var guard = no_grad();
        Tensor x = rand(2, 4, 6) + 0.05f;
        Tensor expected = member(x), found = operation(x);
        Assert.Equal(expected.dtype, found.dtype);
        Assert.Equal(expected.shape, found.shape);
        Assert.True(expected.eq(found).all().item<bool>());
    }
}
