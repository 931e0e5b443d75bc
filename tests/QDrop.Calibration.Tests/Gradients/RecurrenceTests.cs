using QDrop.Calibration.Learning;
using QDrop.Layers;
using QDrop.Quantizers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Gradients;

/// <summary>
/// Steps whose graphs are gone back through one by one have the values and the gradients of one graph of all steps.
/// </summary>
public sealed class RecurrenceTests : IDisposable
{
    private const long Steps = 6, Batch = 3, Hidden = 4;

    private readonly DisposeScope _scope = NewDisposeScope();

    public RecurrenceTests() => manual_seed(3);

    public void Dispose() => _scope.Dispose();

    private static readonly string[] Kinds = ["Lstm", "Gru", "Tanh"];

    public static TheoryData<string, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, double>();
            foreach (string kind in Kinds)
            {
                foreach (double drop in new[] { 0, 0.5, 1 })
                    cases.Add(kind, drop);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_are_those_of_one_graph(string kind, double drop)
    {
        RecurrentKind function = Enum.Parse<RecurrentKind>(kind);
        long gates = Hidden * (function == RecurrentKind.Lstm ? 4 : function == RecurrentKind.Gru ? 3 : 1);
        Tensor x = randn(Steps, Batch, 5), h = randn(Batch, Hidden), c = randn(Batch, Hidden),
            input = randn(gates, 5) * 0.3, hidden = randn(gates, Hidden) * 0.3,
            weights = randn(Steps, Batch, Hidden), last = randn(Batch, Hidden);
        float[][] one = Gradients(inSteps: false), each = Gradients(inSteps: true);
        Assert.Equal(one.Length, each.Length);
        Assert.Equal(one[0], each[0]);
        foreach ((float[] expected, float[] found) in one.Zip(each))
        {
            Assert.Equal(expected.Length, found.Length);
            Assert.InRange(
                expected.Zip(found, static (a, b) => Math.Abs(a - b)).Max() / Math.Max(expected.Max(Math.Abs), 1e-6f),
                0,
                1e-5);
        }
        Assert.All(one.Take(4), static values => Assert.True(values.Max(Math.Abs) > 1e-3));
        Assert.Equal(drop < 1, one[^1].Max(Math.Abs) > 0);

        float[][] Gradients(bool inSteps)
        {
            using var tape = new GradientTape();
            using var quantizer = new ActivationQuantizer("state");
            quantizer.Restore(3, 0.3f, 3);
            quantizer.Calibration.BeginLearning(drop, new SeededDraws(7), tape);
            Tensor[] leaves = [.. new[] { x, h, c, input, hidden }.Select(static t => t.clone().requires_grad_(true))];
            var recurrence = new Recurrence(
                leaves[0].matmul(leaves[3].t()),
                new(leaves[1].mul(leaves[1]), function == RecurrentKind.Lstm ? leaves[2].sin() : null),
                (g, q, state) => RecurrentCell.Step(function, g, q.matmul(leaves[4].t()), state));
            (Tensor states, Tensor? cell) = inSteps
                ? quantizer.Scan(recurrence)
                : recurrence.Run(q => quantizer.Calibration.Forward(q, rectify: false));
            Tensor loss = (states * weights).sum();
            if (cell is not null)
                loss = loss + (cell * last).sum();
            tape.Backward([loss], [ones_like(loss)]);
            return
            [
                [.. states.detach().contiguous().data<float>()],
                [.. leaves[0].grad!.data<float>()],
                [.. leaves[3].grad!.data<float>()],
                [.. leaves[4].grad!.data<float>()],
                [.. leaves[1].grad!.data<float>()],
                function == RecurrentKind.Lstm ? [.. leaves[2].grad!.data<float>()] : [0],
                quantizer.Calibration.Learning!.ScaleGradient ?? [0],
            ];
        }
    }
}
