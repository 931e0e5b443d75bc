using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Operators against closed forms, one or more of each group of members.</summary>
public sealed class ValuesTests
{
    private static double[] Doubles(Tensor tensor) => tensor.to(float64).data<double>().ToArray();

    private static void Close(double[] expected, Tensor actual)
    {
        double[] values = Doubles(actual);
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 6);
    }

    [Fact]
    public void Operators_follow_csharp_and_promote_as_libtorch_does()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1.0, -2.0, 4.0 }), y = tensor(new[] { 2.0, 2.0, 3.0 });
        Close([3, 0, 7], x + y);
        Close([-1, -4, 1], x - y);
        Close([0.5, -1, 4.0 / 3], x / y);
        Close([2, 5, -1], 3 - x);
        Close([2, -1, 0.5], 2 / x);
        Close([1, 0, 1], x % y);
        Close([-1, 2, -4], -x);
        Close([0, 0, 1], (x > 1).to(float64));
        Close([0, 1, 0], (1 > x).to(float64));
        Assert.Equal(float32, (tensor(new[] { 1, 2 }) * 0.5).dtype);
        Assert.Equal(int64, (tensor(new[] { 1L, 2L }) * 3).dtype);
        Assert.True(x.Equals(x.clone()));
        Assert.False(x.Equals(y));
    }

    [Fact]
    public void Reductions_over_all_and_over_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(6, float64).view(2, 3);
        Close([15], x.sum());
        Close([3, 5, 7], x.sum(0L));
        Close([3, 12], x.sum([1], keepdim: true));
        Close([1, 4], x.mean([1]));
        Close([1, 1], x.std(1));
        Close([2.0 / 3, 2.0 / 3], x.var(1, unbiased: false));
        Close([35.0 / 12], x.var(unbiased: false));
        Close([2, 5], x.amax(1));
        Close([0, 1, 2], x.amin(new long[] { 0 }));
        (Tensor values, Tensor indices) = x.max(1);
        Close([2, 5], values);
        Close([2, 2], indices);
        Close([5], x.argmax());
        Close([0, 1, 3, 3, 7, 12], x.cumsum(1));
        Close([Math.Sqrt(55)], x.norm());
        Close([3, 12], x.norm(1, p: 1f));
        Close([5, 4], x.flatten().topk(2).Item1);
        Close([2.5], x.quantile(tensor(0.5), -1).mean());
        Close([5], x.count_nonzero());
    }

    [Fact]
    public void Sorting_is_stable_when_asked_and_unique_counts()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 2f, 1f, 2f, 1f });
        Close([1, 3, 0, 2], x.sort(stable: true).Item2);
        (Tensor values, Tensor inverse, Tensor counts) = x.unique(return_inverse: true, return_counts: true);
        Close([1, 2], values);
        Close([1, 0, 1, 0], inverse);
        Close([2, 2], counts);
    }

    [Fact]
    public void Pointwise_functions()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] input = [-1.5, -0.2, 0.3, 2.5];
        Tensor x = tensor(input);
        Close([.. input.Select(Math.Exp)], x.exp());
        Close([.. input.Select(Math.Tanh)], x.tanh());
        Close([.. input.Select(static v => 1 / (1 + Math.Exp(-v)))], torch.sigmoid(x));
        Close([.. input.Select(static v => Math.Max(v, 0))], x.relu());
        Close([-2, 0, 0, 2], x.round());
        Close([-1.5, -0.2, 0.3, 2.5], x.round(1));
        Close([-1, -0.2, 0.3, 1], x.clamp(-1, 1));
        Close([-1.5, -0.2, 0, 0], x.clamp(max: 0));
        Close([-2, -1, 0, 2], torch.floor(x));
        Close([-1, -1, 0, 1], torch.div(x, 2, RoundingMode.floor));
        Close([2.25, 0.04, 0.09, 6.25], x.pow(2));
        Close([.. input.Select(static v => v / (1 + Math.Exp(-v)))], x.silu());
        Close([-1.5, -1.5, -1.5, 2.5], torch.where(x > 1, x, tensor(-1.5)));
        Close([.. input.Select(static v => v * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v)))))], x.gelu(Modules.GELU.Approximate.tanh));
    }

    [Fact]
    public void Softmax_sums_to_one_and_its_log_agrees()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[,] { { 1.0, 2.0, 3.0 }, { 0.0, 0.0, 0.0 } });
        Close([1, 1], x.softmax(1).sum(1));
        Close([0, 0, 0, 0, 0, 0], x.softmax(1).log() - x.log_softmax(1));
    }

    [Fact]
    public void Matrices()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } }), v = tensor(new[] { 1.0, -1.0 });
        Close([7, 10, 15, 22], a.matmul(a));
        Close([-1, -1], a.mv(v));
        Close([-2], a.det());
        Close([1, 0, 0, 1], a.mm(a.inverse()));
        Close([1, -1, 2, -2], outer(tensor(new[] { 1.0, 2.0 }), v));
        Close([1, 3, 2, 4], a.T.contiguous());
        Close([5], a.trace());
        Close([1, 2, 0, 4], a.triu());
        Close([7, 10, 15, 22], einsum("ij,jk->ik", a, a));
        Close([30], a.tensordot(a));
        Close([7, 10, 15, 22], a.tensordot(a, [1], [0]));
    }

    [Fact]
    public void Decompositions_multiply_back()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = tensor(new[,] { { 4.0, 1.0 }, { 1.0, 3.0 } });
        (Tensor q, Tensor r) = linalg.qr(a);
        Close([4, 1, 1, 3], q.mm(r));
        (Tensor u, Tensor s, Tensor vh) = linalg.svd(a);
        Close([4, 1, 1, 3], u.mm(s.diag()).mm(vh));
        (Tensor values, Tensor vectors) = linalg.eigh(a);
        Close([4, 1, 1, 3], vectors.mm(values.diag()).mm(vectors.T));
        Close([1, 2], linalg.solve(a, tensor(new[] { 6.0, 7.0 })));
        Close([Math.Sqrt(27)], linalg.norm(a));
        Close([5, 4], linalg.vector_norm(tensor(new[,] { { 3.0, 4.0 }, { 0.0, 4.0 } }), 2, [1]));
        Close([Math.Sqrt(27)], linalg.matrix_norm(a));
        Close([0.5, 1 / (1 + Math.Exp(-2))], special.expit(tensor(new[] { 0.0, 2.0 })));
    }

    [Fact]
    public void Shapes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(24, float32).view(2, 3, 4);
        Assert.Equal([6, 4], x.flatten(0, 1).shape);
        Assert.Equal([4, 2, 3], x.permute(2, 0, 1).shape);
        Assert.Equal([2, 1, 3, 4], x.unsqueeze(1).shape);
        Assert.Equal([2, 3, 4], x.unsqueeze(1).squeeze(1).shape);
        Assert.Equal([3, 3, 4], torch.cat([x, x[0].unsqueeze(0)], 0).shape);
        Assert.Equal([2, 2, 3, 4], torch.stack([x, x]).shape);
        Assert.Equal([2, 3, 2, 2], x.unflatten(2, 2, 2).shape);
        Assert.Equal([1, 3], x.split([1, 3], 2).Select(static part => part.size(2)));
        Assert.Equal([2, 2], x.chunk(2, 2).Select(static part => part.size(-1)));
        Assert.Equal([2, 3, 8], x.repeat(1, 1, 2).shape);
        Assert.Equal([12L, 4L, 1L], x.stride());
        Assert.False(x.transpose(0, 1).is_contiguous());
        Assert.Equal([5, 2, 3, 4], x.expand(5, -1, -1, -1).shape);
        Assert.Equal([3, 1, 2], new Size(broadcast_shapes([3, 1, 1], [1, 2]).Shape).Shape);
    }

    [Fact]
    public void Factories()
    {
        using DisposeScope scope = NewDisposeScope();
        Close([0, 0.5, 1], linspace(0, 1, 3));
        Close([1, 3], arange(1, 5, 2));
        Assert.Equal(int64, arange(3).dtype);
        Assert.Equal(float32, arange(0, 1, 0.25).dtype);
        Close([1, 0, 0, 0, 1, 0], eye(2, 3));
        Close([2.5, 2.5], torch.full(2, 2.5));
        Assert.Equal(float64, zeros_like(ones(2), float64).dtype);
        Close([7, 7], ones(1).new_full([2], 7));
        Assert.True(ones(2, requires_grad: true).requires_grad);
        Assert.Equal([0, 1, 2, 3], Doubles(randperm(4).sort().Item1));
        Assert.Equal(meta(), zeros(2, device: META).shape);

        static long[] meta() => [2];
    }

    [Fact]
    public void In_place_forms_change_the_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, dtype: float64);
        x.add_(1).mul_(3).sub_(tensor(new[] { 1.0, 2.0 })).div_(2);
        Close([2.5, 2], x);
        x.zero_();
        x.fill_(3);
        Close([3, 3], x);
        torch.neg_(x);
        Close([-3, -3], x);
        x.clamp_(-1, 1).copy_(tensor(new[] { 4.0, 5.0 }));
        Close([4, 5], x);
        x.masked_fill_(x > 4, 0);
        Close([4, 0], x);
    }

    [Fact]
    public void Seeds_repeat_and_generators_are_independent_of_the_default_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor first = randn(5, generator: generator);
        _ = rand(3);
        generator.manual_seed(7);
        Assert.True(first.Equals(randn(5, generator: generator)));
        Tensor state = generator.get_state();
        Tensor next = rand(4, generator: generator);
        generator.set_state(state);
        Assert.True(next.Equals(rand(4, generator: generator)));
        Assert.InRange(randint(3, [100], generator: generator).max().ToInt64(), 0, 2);
        Assert.InRange(ones(10_000).bernoulli_(0.3, generator).mean().ToDouble(), 0.25, 0.35);
    }

    [Fact]
    public void Types_convert_and_limits_are_right()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1.7, -1.7 });
        Close([1, -1], x.@int());
        Assert.Equal(float16, x.half().dtype);
        Assert.Equal(bfloat16, x.to(bfloat16).dtype);
        Assert.Equal(float32, x.to(ones(1)).dtype);
        Assert.Equal((double)float.MaxValue, finfo(float32).max);
        Assert.Equal(float64, promote_types(float32, float64));
        Assert.Equal(1.0f, new BFloat16(1.001f).ToSingle());
        Assert.Equal(1.0078125f, new BFloat16(1.0050f).ToSingle());
    }

    [Fact]
    public void Settings_of_the_process_are_read_back()
    {
        set_num_threads(1);
        Assert.Equal(1, get_num_threads());
        Assert.False(cuda.is_available());
        Assert.StartsWith("1.", __version__, StringComparison.Ordinal);
        InitializeDeviceType(DeviceType.CPU);
        Assert.Contains("CPU only", Assert.Throws<InvalidOperationException>(static () => InitializeDeviceType(DeviceType.CUDA)).Message, StringComparison.Ordinal);
    }
}
