using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests.NN.Losses;

/// <summary>Losses that are a formula of one prediction and one target, element by element.</summary>
public sealed class ElementwiseLossTests
{
    private static readonly double[] Any = [0.31, -1.42, 2.05, -0.2, 0.93, -3.3], Other = [0.11, -1.02, -1.2, 0.7, 0.9, 0.05];
    private static readonly double[] Probabilities = [0.31, 0.9, 0.05, 0.5, 0.77, 0.12], Chances = [1, 0, 0.3, 1, 0.6, 0];
    private static readonly double[] Positive = [0.5, 2.5, 1.1, 0.9, 4.2, 0.3], Counts = [0, 3, 1, 2, 7, 1], Signs = [1, -1, 1, 1, -1, -1];

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["mse"] = new(r => MSELoss(r), Any, Other, (x, y) => (x - y) * (x - y)),
        ["l1"] = new(r => L1Loss(r), Any, Other, (x, y) => Math.Abs(x - y)),
        ["smooth l1"] = new(r => SmoothL1Loss(r, 0.5), Any, Other, (x, y) => Math.Abs(x - y) is var d && d < 0.5 ? d * d : d - 0.25),
        ["huber"] = new(r => HuberLoss(0.7, r), Any, Other, (x, y) => Math.Abs(x - y) is var d && d <= 0.7 ? d * d / 2 : 0.7 * (d - 0.35)),
        ["bce"] = new(r => BCELoss(null, r), Probabilities, Chances, (x, y) => -y * Math.Log(x) - (1 - y) * Math.Log(1 - x)),
        ["bce of logits"] = new(r => BCEWithLogitsLoss(null, r), Any, Chances, (x, y) => y * Softplus(-x) + (1 - y) * Softplus(x)),
        ["bce of logits, weighted"] = new(r => BCEWithLogitsLoss(Scalar(0.3), r, Scalar(2)), Any, Chances, (x, y) => 0.3 * (2 * y * Softplus(-x) + (1 - y) * Softplus(x))),
        ["bce, weighted"] = new(r => BCELoss(Scalar(0.3), r), Probabilities, Chances, (x, y) => 0.3 * (-y * Math.Log(x) - (1 - y) * Math.Log(1 - x))),
        ["kl of log target"] = new(r => KLDivLoss(true, r), Any, Other, (x, y) => Math.Exp(y) * (y - x)),
        ["kl of target"] = new(r => KLDivLoss(false, r), Any, Probabilities, (x, y) => y * (Math.Log(y) - x)),
        ["soft margin"] = new(r => SoftMarginLoss(r), Any, Signs, (x, y) => Softplus(-x * y)),
        ["poisson of log rate"] = new(r => PoissonNLLLoss(true, false, 1e-8f, r), Any, Counts, (x, y) => Math.Exp(x) - x * y),
        ["poisson of rate"] = new(r => PoissonNLLLoss(false, false, 1e-8f, r), Positive, Counts, (x, y) => x - y * Math.Log(x + 1e-8f)),
        ["poisson with Stirling's term"] = new(r => PoissonNLLLoss(true, true, 1e-8f, r), Any, Counts, (x, y) => Math.Exp(x) - x * y + (y > 1 ? y * Math.Log(y) - y + Math.Log(2 * Math.PI * y) / 2 : 0)),
        ["hinge embedding"] = new(r => HingeEmbeddingLoss(1.0, r), Positive, Signs, (x, y) => y > 0 ? x : Math.Max(0, 1 - x)),
    };

    public static TheoryData<string, Reduction> All
    {
        get
        {
            var data = new TheoryData<string, Reduction>();
            foreach (string name in Cases.Keys)
                foreach (Reduction reduction in Enum.GetValues<Reduction>()) data.Add(name, reduction);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_loss_is_its_formula(string name, Reduction reduction)
    {
        using DisposeScope scope = NewDisposeScope();
        Case test = Cases[name];
        double[] elements = [.. test.Input.Zip(test.Target, test.Formula)];
        double[] expected = reduction switch
        {
            Reduction.Mean => [elements.Average()],
            Reduction.Sum => [elements.Sum()],
            _ => elements,
        };
        Tensor loss = test.Create(reduction).call(tensor(test.Input), tensor(test.Target));
        Near.Assert(expected, loss, 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_gradient_is_the_difference_quotient(string name, Reduction reduction)
    {
        using DisposeScope scope = NewDisposeScope();
        Case test = Cases[name];
        Tensor input = tensor(test.Input).requires_grad_();
        test.Create(reduction).call(input, tensor(test.Target)).sum().backward();
        double share = reduction == Reduction.Mean ? 1.0 / test.Input.Length : 1;
        double[] expected = [.. test.Input.Zip(test.Target, (x, y) => share * (test.Formula(x + 1e-6, y) - test.Formula(x - 1e-6, y)) / 2e-6)];
        Near.Assert(expected, input.grad!, 1e-7);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));

    private static Tensor Scalar(double value) => tensor(value, ScalarType.Float64);

    private sealed record Case(Func<Reduction, Loss<Tensor, Tensor, Tensor>> Create, double[] Input, double[] Target, Func<double, double, double> Formula);
}
