using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Recurrent layers and their cells, called as models call them.</summary>
[Collection("torch")]
public sealed class RecurrentTests
{
    /// <summary>
    /// Relative to the largest value: libtorch computes some recurrent layers with oneDNN, which sums in another order.
    /// </summary>
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Members, a body from <c>y</c> of <c>[3, 2, 4]</c> to <c>y</c> of the same shape, quantized weights.
    /// </summary>
    private static readonly Dictionary<string, (string Members, string Body, string[] Weights)> Cases = new()
    {
        ["LSTM"] = (
            "private readonly LSTM lstm = LSTM(4, 4), other = LSTM(4, 4);",
            """
            var (a, h, c) = lstm.call(y);
            (Tensor, Tensor)? state = (h, c);
            y = other.forward(relu(a), state).Item1;
            """,
            ["lstm.hh_l0", "lstm.ih_l0", "other.hh_l0", "other.ih_l0"]),
        ["LSTM without a state"] = (
            "private readonly LSTM lstm = LSTM(4, 2, bidirectional: true);",
            "(Tensor, Tensor)? state = null; (y, _, var c) = lstm.call(h0_c0: state, input: y); y = y + c.mean([0L, 2L], true);",
            ["lstm.hh_l0", "lstm.hh_l0_reverse", "lstm.ih_l0", "lstm.ih_l0_reverse"]),
        ["GRU"] = (
            "private readonly GRU gru = GRU(4, 4, numLayers: 2), next = GRU(4, 4, numLayers: 2);",
            "var (a, h) = gru.call(y); y = next.call(a, h).Item1 + a;",
            [
                "gru.hh_l0", "gru.hh_l1", "gru.ih_l0", "gru.ih_l1",
                "next.hh_l0", "next.hh_l1", "next.ih_l0", "next.ih_l1",
            ]),
        ["the last state of a GRU"] = (
            "private readonly GRU gru = GRU(4, 4, batchFirst: true);",
            "var (_, h) = gru.call(y.transpose(0, 1)); y = relu(y + h[-1]);",
            ["gru.hh_l0", "gru.ih_l0"]),
        ["RNN"] = (
            "private readonly RNN rnn = RNN(4, 4, nonLinearity: NonLinearities.ReLU); private readonly RNN? missing = null;",
            "y = rnn.call(y, null).Item1; if (missing is not null) y = missing.call(y).Item1;",
            ["rnn.hh_l0", "rnn.ih_l0"]),
        ["RNN known by its base class"] = (
            "private readonly Module<Tensor, Tensor, (Tensor, Tensor)> rnn = RNN(4, 4);",
            "var first = zeros(1, y.shape[1], 4); y = rnn.call(y, first).Item1;",
            ["rnn.hh_l0", "rnn.ih_l0"]),
        ["layers in a list"] = (
            "private readonly ModuleList<GRU> layers = ModuleList(GRU(4, 4), GRU(4, 4));",
            "foreach (var layer in layers) y = layer.call(y).Item1;",
            ["layers.0.hh_l0", "layers.0.ih_l0", "layers.1.hh_l0", "layers.1.ih_l0"]),
        ["cells in a block"] = (
            """
            private readonly Steps steps = new();
            [QuantizationBlock]
            internal sealed partial class Steps : Module<Tensor, Tensor>
            {
                private readonly GRUCell gru = GRUCell(4, 4);
                private readonly RNNCell rnn = RNNCell(4, 4);
                private readonly LSTMCell lstm = LSTMCell(4, 4);
                public Steps() : base("steps") => RegisterComponents();
                public override Tensor forward(Tensor x)
                {
                    var h = zeros(x.shape[1], 4);
                    var (a, c) = (h, h);
                    Tensor[] ys = new Tensor[x.shape[0]];
                    for (var t = 0; t < x.shape[0]; t++)
                    {
                        h = gru.call(x[t], h);
                        (a, c) = lstm.call(rnn.call(h, a), (a, c));
                        ys[t] = a;
                    }
                    return stack(ys);
                }
            }
            """,
            "y = steps.forward(y);",
            ["steps.gru.hh", "steps.gru.ih", "steps.lstm.hh", "steps.lstm.ih", "steps.rnn.hh", "steps.rnn.ih"]),
        ["a module of the model's own with an optional state"] = (
            """
            private readonly Memory memory = new();
            internal sealed partial class Memory : Module<Tensor, (Tensor, Tensor)?, (Tensor, (Tensor, Tensor))>
            {
                private readonly LSTM lstm = LSTM(4, 4);
                public Memory() : base("memory") => RegisterComponents();
                public override (Tensor, (Tensor, Tensor)) forward(Tensor x, (Tensor, Tensor)? state)
                {
                    var (y, h, c) = state is null ? lstm.call(x) : lstm.call(x, (state.Value.Item1, state.Value.Item2));
                    return (y, (h, c));
                }
            }
            """,
            "(y, var state) = memory.forward(y, null); y = y + relu(state.Item1);",
            ["memory.lstm.hh_l0", "memory.lstm.ih_l0"]),
        ["a cell"] = (
            "private readonly LSTMCell cell = LSTMCell(4, 4);",
            "var (h, c) = cell.forward(y[0], (y[1], y[2])); y = relu(y + h) + c;",
            ["cell.hh", "cell.ih"]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_twin_computes_what_its_model_computes(string name)
    {
        GeneratorRun run = RunOf(Cases[name].Members, Cases[name].Body);
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 2, 3, 4);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_weights_are_quantized_and_reconstructed(string name)
    {
        (string members, string body, string[] weights) = Cases[name];
        GeneratorRun run = RunOf(members, body);
        Assert.Equal(
            [.. weights.Append("fc").Append("last").Order(StringComparer.Ordinal)],
            Twins.Calibrate(run, "Models.Net", 2, 3, 4).Weights.Keys.Order(StringComparer.Ordinal));
        IReadOnlyList<UnitReport> units = Twins.Reconstruct(run, "Models.Net", 10, 8, 3, 4);
        Assert.All(units, u => Assert.True(double.IsFinite(u.ErrorAfter) && u.ErrorBefore > 0, u.Name));
        Assert.Equal(weights.Length + 2, units.SelectMany(u => u.Layers).Distinct().Count());
    }

    [Fact]
    public void A_layer_is_one_unit()
    {
        GeneratorRun run = RunOf(
            "private readonly GRU gru = GRU(4, 4); private readonly LSTMCell cell = LSTMCell(4, 4);",
            "(y, _) = gru.call(y); y = y + cell.call(y[0], (y[1], y[1])).Item1;");
        Assert.Equal(
            ["fc", "gru", "cell", "last"], Twins.Reconstruct(run, "Models.Net", 1, 8, 3, 4).Select(u => u.Name));
        string twin = run.Sources["Models.Net.Quantized.g.cs"];
        Assert.Contains("<description>gru: recurrent, one unit</description>", twin, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packed_sequence_is_refused()
    {
        GeneratorRun run = RunOf(
            "private readonly GRU gru = GRU(4, 4); private TorchSharp.torch.nn.utils.rnn.PackedSequence packed = null!;",
            "y = y + gru.call(packed).Item2;");
        Assert.Equal(["QDROP008"], run.Diagnostics.Select(d => d.Id).Distinct());
        Assert.Contains("PackedSequence", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    private static GeneratorRun RunOf(string members, string body) => GeneratorRun.Of($$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 4, A = 4, BatchSize = 4)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
            {{members}}

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var y = fc.forward(x).transpose(0, 1);
                {{body}}
                return last.forward(y).transpose(0, 1);
            }
        }
        """);
}
