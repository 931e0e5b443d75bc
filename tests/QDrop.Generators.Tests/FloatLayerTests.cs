using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// Layers of TorchSharp's with several tensors in or out that stay float are called by whichever overload the model
/// calls.
/// </summary>
[Collection("torch")]
public sealed class FloatLayerTests
{
    /// <summary>Members, and a body from <c>y</c> of <c>[3, 2, 4]</c> to <c>y</c> of the same shape.</summary>
    private static readonly Dictionary<string, (string Members, string Body)> Cases = new()
    {
        ["LSTM"] = (
            "[FullPrecision] private readonly LSTM lstm = LSTM(4, 4);",
            """
            var (a, h, c) = lstm.call(y);
            var (b, _, _) = lstm.call(a, (h, c));
            (Tensor, Tensor)? state = (h, c);
            y = lstm.forward(b, state).Item1;
            state = null;
            y = lstm.call(y, state).Item1;
            if (state is null)
                state = (h, c);
            y = lstm.call(y, (state.Value.Item1, state.Value.Item2)).Item1 + lstm.call(h0_c0: (h, c), input: y).Item1;
            """),
        ["GRU and RNN"] = (
            "[FullPrecision] private readonly GRU gru = GRU(4, 4); [FullPrecision] private readonly RNN rnn = RNN(4, 4);",
            """
            var (a, h) = gru.call(y);
            y = gru.call(a, h).Item1;
            var (b, g) = rnn.call(y);
            y = rnn.call(b, g).Item1 + rnn.forward(b, h).Item1 + gru.forward(b).Item1;
            """),
        ["cells"] = (
            """
            [FullPrecision] private readonly LSTMCell lstm = LSTMCell(4, 4);
            [FullPrecision] private readonly GRUCell gru = GRUCell(4, 4);
            [FullPrecision] private readonly RNNCell rnn = RNNCell(4, 4);
            """,
            """
            var h = y[0];
            var (a, c) = lstm.call(y[0], (h, h));
            (a, c) = lstm.forward(y[1], (a, c));
            a = rnn.call(gru.call(a, c), gru.forward(c, a));
            y = y + a;
            """),
        ["TransformerEncoderLayer"] = (
            "[FullPrecision] private readonly TransformerEncoderLayer encoder = TransformerEncoderLayer(4, 2, 8); "
                + "[FullPrecision] private readonly TransformerEncoderLayer? missing = null;",
            """
            y = relu(encoder.call(encoder.forward(y), mask));
            y = encoder.call(encoder.call(y), mask, padding);
            y = encoder.call(src_key_padding_mask: padding, src: y, src_mask: mask) + encoder?.call(y, mask);
            y = missing?.call(y, mask) ?? y;
            """),
        ["TransformerEncoder"] = (
            "[FullPrecision] private readonly TransformerEncoder encoder = "
                + "TransformerEncoder(TransformerEncoderLayer(4, 2, 8), 2);",
            """
            y = encoder.call(encoder.call(y), mask);
            y = encoder.call(y, mask, padding) + encoder.forward(y, mask, padding);
            """),
        ["TransformerDecoder"] = (
            """
            [FullPrecision] private readonly TransformerDecoderLayer layer = TransformerDecoderLayer(4, 2, 8);
            [FullPrecision] private readonly TransformerDecoder decoder =
                TransformerDecoder(TransformerDecoderLayer(4, 2, 8), 2);
            """,
            """
            y = layer.call(layer.call(y, y), y, mask, memory_key_padding_mask: padding);
            y = decoder.call(decoder.call(y, y), y, mask, mask, padding, padding);
            """),
        ["Transformer"] = (
            "[FullPrecision] private readonly Transformer transformer = Transformer(4, 2, 1, 1, 8);",
            "y = transformer.call(transformer.forward(y, y), y, mask, tgt_mask: mask);"),
        ["layers in a list"] = (
            "[FullPrecision] private readonly ModuleList<TransformerEncoderLayer> layers = "
                + "ModuleList(TransformerEncoderLayer(4, 2, 8), TransformerEncoderLayer(4, 2, 8));",
            "foreach (var layer in layers) y = layer.call(y, mask); y = layers[1].call(y, mask);"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_that_stays_float_is_called_by_any_of_its_overloads(string name)
    {
        (string members, string body) = Cases[name];
        var run = GeneratorRun.Of($$"""
            {{DiagnosticCases.Usings}}
            [Quantize(W = 3, A = 5, Method = Method.Nearest)]
            internal partial class Net : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
                {{members}}
                private readonly Tensor mask = zeros(3, 3).masked_fill(ones(3, 3, dtype: ScalarType.Bool).triu(1), -1e9);

                public Net() : base("net") => RegisterComponents();

                public override Tensor forward(Tensor x)
                {
                    var padding = zeros(x.shape[0], 3, dtype: ScalarType.Bool);
                    var y = fc.forward(x).transpose(0, 1);
                    {{body}}
                    return last.forward(y).transpose(0, 1);
                }
            }
            """);
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 2, 3, 4);
        Assert.Equal(expected, found);
        Assert.Equal(["fc", "last"], Twins.Calibrate(run, "Models.Net", 2, 3, 4).Weights.Keys);
    }

    [Fact]
    public void What_a_float_layer_gives_to_a_quantized_layer_is_quantized()
    {
        var run = GeneratorRun.Of($$"""
            {{DiagnosticCases.Usings}}
            [Quantize(W = 3, A = 5, Method = Method.Nearest)]
            internal partial class Net : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
                [FullPrecision] private readonly GRU gru = GRU(4, 4);
                [FullPrecision] private readonly TransformerEncoderLayer encoder = TransformerEncoderLayer(4, 2, 8);
                private readonly Tensor mask = zeros(3, 3);
                public Net() : base("net") => RegisterComponents();
                public override Tensor forward(Tensor x) =>
                    last.forward(relu(encoder.call(fc.forward(gru.call(x.transpose(0, 1)).Item1), mask))).transpose(0, 1);
            }
            """);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(
            ["encoder.output", "fc.output", "gru.output", "gru.output#2"],
            Twins.Calibrate(run, "Models.Net", 2, 3, 4).Activations.Keys.Order(StringComparer.Ordinal));
    }
}
