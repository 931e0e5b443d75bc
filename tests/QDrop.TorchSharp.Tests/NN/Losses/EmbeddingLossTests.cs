using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests.NN.Losses;

public sealed class EmbeddingLossTests
{
    private static readonly double[][] A = [[1, 2, 0.5], [-1, 0.3, 2]], B = [[0.9, 1.8, 0.7], [0.4, -1, 1]], C = [[-1, 0, 1], [-0.9, 0.2, 1.5]];

    [Fact]
    public void Cosine_embedding_pulls_together_and_pushes_apart()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] expected = [1 - Cosine(A[0], B[0]), Math.Max(0, Cosine(A[1], B[1]) - 0.2)];
        Tensor loss = CosineEmbeddingLoss(0.2, Reduction.None).call(Rows(A), Rows(B), tensor(new double[] { 1, -1 }));
        Near.Assert(expected, loss, 1e-9);
    }

    [Fact]
    public void Margin_ranking_asks_for_the_margin_in_the_right_order()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = MarginRankingLoss(0.5, Reduction.None).call(tensor(new double[] { 1, 1, 3 }), tensor(new double[] { 2, 2, 1 }), tensor(new double[] { 1, -1, 1 }));
        Near.Assert([1.5, 0, 0], loss, 1e-12);
    }

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(3.0, false)]
    [InlineData(3.0, true)]
    public void Triplet_margin_compares_two_distances_with_any_or_the_usual_distance(double margin, bool swap)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] expected = [.. Enumerable.Range(0, 2).Select(i =>
        {
            double far = Distance(A[i], C[i]);
            if (swap) far = Math.Min(far, Distance(B[i], C[i]));
            return Math.Max(0, Distance(A[i], B[i]) - far + margin);
        })];
        Near.Assert(expected, TripletMarginLoss(margin, swap: swap, reduction: Reduction.None).call(Rows(A), Rows(B), Rows(C)), 1e-5);
        Near.Assert([expected.Average()], TripletMarginWithDistanceLoss(null, margin, swap).call(Rows(A), Rows(B), Rows(C)), 1e-5);
    }

    [Fact]
    public void Triplet_margin_uses_the_distance_given()
    {
        using DisposeScope scope = NewDisposeScope();
        double Manhattan(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Sum();
        double expected = Enumerable.Range(0, 2).Sum(i => Math.Max(0, Manhattan(A[i], B[i]) - Manhattan(A[i], C[i]) + 1));
        Tensor loss = TripletMarginWithDistanceLoss((a, b) => (a - b).abs().sum(1), 1, false, Reduction.Sum).call(Rows(A), Rows(B), Rows(C));
        Near.Assert([expected], loss, 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gaussian_nll_is_the_log_density_with_a_floor_on_the_variance(bool full)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] variance = [0.5, 2.0, 1e-12];
        double[] expected = [.. A[0].Select((x, i) => Math.Max(variance[i], 1e-6f) is var v ? (Math.Log(v) + (x - B[0][i]) * (x - B[0][i]) / v + (full ? Math.Log(2 * Math.PI) : 0)) / 2 : 0)];
        Tensor spread = tensor(variance).requires_grad_();
        Tensor loss = GaussianNLLLoss(full, 1e-6f, Reduction.None).call(tensor(A[0]), tensor(B[0]), spread);
        Near.Assert(expected, loss, 1e-9);
        loss.sum().backward();
        Near.Assert([0], spread.grad!.isfinite().logical_not().sum(), 0);
        Assert.NotEqual(0, Near.Values(spread.grad!)[2]);
    }

    [Fact]
    public void Gaussian_nll_takes_one_variance_a_row_and_refuses_other_shapes()
    {
        using DisposeScope scope = NewDisposeScope();
        double expected = Enumerable.Range(0, 2).SelectMany(i => A[i].Zip(B[i], (x, y) => (Math.Log(i + 1) + (x - y) * (x - y) / (i + 1)) / 2)).Average();
        Near.Assert([expected], GaussianNLLLoss().call(Rows(A), Rows(B), tensor(new double[] { 1, 2 })), 1e-9);
        Assert.Throws<ArgumentException>(() => GaussianNLLLoss().call(Rows(A), Rows(B), tensor(new double[] { 1, 2, 3, 4 })));
    }

    [Fact]
    public void Losses_leave_only_their_result()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Rows(A), b = Rows(B), c = Rows(C).abs();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        GaussianNLLLoss(full: true).call(a, b, c).Dispose();
        TripletMarginWithDistanceLoss(null, 1, true).call(a, b, c).Dispose();
        MultiLabelSoftMarginLoss().call(a, b).Dispose();
        CrossEntropyLoss().call(a, b).Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static double Cosine(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    private static Tensor Rows(double[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).reshape(rows.Length, rows[0].Length);
}
