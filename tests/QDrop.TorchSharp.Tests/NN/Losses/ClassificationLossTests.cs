using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests.NN.Losses;

public sealed class ClassificationLossTests
{
    private static readonly double[][] Logits = [[0.3, -1.2, 2.0, 0.1], [1.5, 0.2, -0.7, 0.9], [-0.4, 0.4, 0.8, -1.9], [0.0, 3.0, 1.0, 2.0]];
    private static readonly long[] Targets = [2, 0, 3, 1];
    private static readonly double[] ClassWeights = [0.5, 2.0, 1.0, 0.3];

    [Theory]
    [InlineData(false, 0.0, -100, Reduction.Mean)]
    [InlineData(false, 0.1, -100, Reduction.Mean)]
    [InlineData(true, 0.0, -100, Reduction.Mean)]
    [InlineData(true, 0.2, -100, Reduction.Mean)]
    [InlineData(true, 0.2, 3, Reduction.Mean)]
    [InlineData(true, 0.2, 3, Reduction.Sum)]
    [InlineData(true, 0.2, 3, Reduction.None)]
    public void Cross_entropy_weighs_smooths_and_ignores(bool weighted, double smoothing, long ignored, Reduction reduction)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] weights = weighted ? ClassWeights : [1, 1, 1, 1];
        var losses = new double[Targets.Length];
        double total = 0;
        for (int i = 0; i < Targets.Length; i++)
        {
            if (Targets[i] == ignored) continue;
            double[] log = LogSoftmax(Logits[i]);
            double smooth = 0;
            for (int c = 0; c < log.Length; c++) smooth -= weights[c] * log[c];
            losses[i] = -(1 - smoothing) * weights[Targets[i]] * log[Targets[i]] + smoothing / log.Length * smooth;
            total += weights[Targets[i]];
        }
        double[] expected = reduction switch
        {
            Reduction.Mean => [losses.Sum() / total],
            Reduction.Sum => [losses.Sum()],
            _ => losses,
        };
        using var loss = new Modules.CrossEntropyLoss(weighted ? tensor(ClassWeights) : null, ignored, reduction, smoothing);
        Near.Assert(expected, loss.call(Rows(Logits), tensor(Targets)), 1e-12);
    }

    [Fact]
    public void Cross_entropy_takes_class_probabilities_too()
    {
        using DisposeScope scope = NewDisposeScope();
        double[][] probabilities = [[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0, 0.5, 0.5, 0]];
        double expected = Logits.Zip(probabilities, (logits, target) => -LogSoftmax(logits).Zip(target, (l, t) => l * t).Sum()).Average();
        Near.Assert([expected], CrossEntropyLoss().call(Rows(Logits), Rows(probabilities)), 1e-12);
    }

    [Fact]
    public void The_gradient_of_cross_entropy_is_softmax_minus_target()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Rows(Logits).requires_grad_();
        CrossEntropyLoss().call(logits, tensor(Targets)).backward();
        double[] expected = [.. Logits.SelectMany((row, i) => LogSoftmax(row).Select((log, c) => (Math.Exp(log) - (c == Targets[i] ? 1 : 0)) / 4))];
        Near.Assert(expected, logits.grad!, 1e-12);
    }

    [Fact]
    public void Nll_of_log_softmax_is_cross_entropy_over_images_too()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = randn([2, 5, 3, 3], dtype: ScalarType.Float64), classes = randint(0, 5, [2, 3, 3]);
        Tensor nll = NLLLoss().call(scores.log_softmax(1), classes);
        Near.Assert(Near.Values(nll), functional.cross_entropy(scores, classes), 1e-12);
    }

    [Theory]
    [InlineData(1, 1.0, false)]
    [InlineData(2, 0.7, true)]
    public void Multi_margin_compares_each_class_with_the_right_one(int p, double margin, bool weighted)
    {
        using DisposeScope scope = NewDisposeScope();
        double expected = Logits.Select((row, i) => row.Select((score, c) => c == Targets[i] ? 0 : Math.Pow(Math.Max(0, margin - row[Targets[i]] + score), p)).Sum()
            * (weighted ? ClassWeights[Targets[i]] : 1) / row.Length).Average();
        Tensor loss = MultiMarginLoss(p, margin, weighted ? tensor(ClassWeights) : null).call(Rows(Logits), tensor(Targets));
        Near.Assert([expected], loss, 1e-12);
    }

    [Fact]
    public void Multi_label_margin_compares_each_label_with_each_other_class()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] row = [0.1, 0.2, 0.4, 0.8];
        // The labels are classes 3 and 0; what follows -1 does not count.
        double expected = new[] { 3, 0 }.Sum(label => new[] { 1, 2 }.Sum(other => Math.Max(0, 1 - (row[label] - row[other])))) / 4;
        Near.Assert([expected], MultiLabelMarginLoss().call(Rows([row]), tensor(new long[] { 3, 0, -1, 1 }).reshape(1, 4)), 1e-12);
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.None)]
    public void Multi_label_soft_margin_averages_over_the_classes(Reduction reduction)
    {
        using DisposeScope scope = NewDisposeScope();
        double[][] labels = [[1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 0, 1]];
        double[] rows = [.. Logits.Zip(labels, (logits, target) => logits.Select((x, c) => ClassWeights[c] * Math.Log(1 + Math.Exp(target[c] > 0 ? -x : x))).Average())];
        Tensor loss = MultiLabelSoftMarginLoss(tensor(ClassWeights), reduction).call(Rows(Logits), Rows(labels));
        Near.Assert(reduction == Reduction.Mean ? [rows.Average()] : rows, loss, 1e-12);
    }

    [Fact]
    public void Ctc_sums_over_all_alignments()
    {
        using DisposeScope scope = NewDisposeScope();
        // Two steps, the label "1": the alignments are 1-blank, blank-1 and 1-1.
        double[][] steps = [[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]];
        double probability = 0.5 * 0.6 + 0.2 * 0.1 + 0.5 * 0.1;
        Tensor log = Rows(steps).log().reshape(2, 1, 3);
        Tensor loss = CTCLoss(reduction: Reduction.Sum).call(log, tensor(new long[] { 1 }).reshape(1, 1), tensor(new long[] { 2 }), tensor(new long[] { 1 }));
        Near.Assert([-Math.Log(probability)], loss, 1e-12);
    }

    private static Tensor Rows(double[][] rows) => tensor(rows.SelectMany(row => row).ToArray()).reshape(rows.Length, rows[0].Length);

    private static double[] LogSoftmax(double[] row)
    {
        double log = Math.Log(row.Sum(Math.Exp));
        return [.. row.Select(x => x - log)];
    }
}
