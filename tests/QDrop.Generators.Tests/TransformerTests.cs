using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Encoders and decoders of transformers, called as models call them.</summary>
[Collection("torch")]
public sealed class TransformerTests
{
    /// <summary>Relative to the largest value: libtorch adds the scores of attention in another order.</summary>
    private const double Tolerance = 1e-6;

    private static readonly string[] Encoder =
        ["linear1", "linear2", "self_attn.in_proj", "self_attn.out_proj"],
        Decoder = [.. Encoder, "multihead_attn.in_proj", "multihead_attn.out_proj"];

    /// <summary>
    /// Members, a body from <c>y</c> of <c>[3, 2, 4]</c> to <c>y</c> of the same shape, quantized weights, units.
    /// </summary>
    private static readonly Dictionary<string, (string Members, string Body, string[] Weights, string[] Units)> Cases =
        new()
        {
            ["a layer of an encoder"] = (
                "private readonly TransformerEncoderLayer a = TransformerEncoderLayer(4, 2, 8), "
                    + "b = TransformerEncoderLayer(4, 2, 8, activation: Activations.GELU); "
                    + "private readonly TransformerEncoderLayer? missing = null;",
                """
                y = b.call(relu(a.forward(y)), mask, padding);
                if (missing is not null)
                    y = missing.call(y, mask);
                """,
                [.. In("a", Encoder), .. In("b", Encoder)],
                ["a", "b"]),
            ["masks by name and a layer called twice"] = (
                "private readonly TransformerEncoderLayer a = TransformerEncoderLayer(4, 2, 8);",
                "y = a.call(src_mask: mask, src: y) + a.call(y, null, src_key_padding_mask: padding);",
                In("a", Encoder),
                ["a", "a#2"]),
            ["layers in a Sequential and in a list"] = (
                """
                private readonly Sequential a = Sequential(("e", TransformerEncoderLayer(4, 2, 8)), ("f", Linear(4, 4)));
                private readonly ModuleList<TransformerEncoderLayer> all =
                    ModuleList(TransformerEncoderLayer(4, 2, 8), TransformerEncoderLayer(4, 2, 8));
                """,
                "y = a.forward(y); foreach (var layer in all) y = layer.call(y, mask);",
                [.. In("a.e", Encoder), "a.f", .. In("all.0", Encoder), .. In("all.1", Encoder)],
                ["a.e", "a.f", "all.0", "all.1"]),
            ["an encoder"] = (
                "private readonly TransformerEncoder encoder = TransformerEncoder(TransformerEncoderLayer(4, 2, 8), 2);",
                "y = encoder.call(y, mask, padding);",
                [.. In("encoder.layers.0", Encoder), .. In("encoder.layers.1", Encoder)],
                ["encoder.layers.0", "encoder.layers.1"]),
            ["an encoder as one unit, without masks"] = (
                "[QuantizationBlock] private readonly TransformerEncoder encoder = "
                    + "TransformerEncoder(TransformerEncoderLayer(4, 2, 8), 2);",
                "y = encoder.call(y);",
                [.. In("encoder.layers.0", Encoder), .. In("encoder.layers.1", Encoder)],
                ["encoder"]),
            ["an encoder layer by layer"] = (
                "[QuantizationBlock(false)] private readonly TransformerEncoder encoder = "
                    + "TransformerEncoder(TransformerEncoderLayer(4, 2, 8), 1);",
                "y = encoder.call(y, mask);",
                In("encoder.layers.0", Encoder),
                [
                    "encoder.layers.0.self_attn.in_proj", "encoder.layers.0.self_attn.out_proj",
                    "encoder.layers.0.linear1", "encoder.layers.0.linear2",
                ]),
            ["decoders"] = (
                """
                private readonly TransformerDecoderLayer layer = TransformerDecoderLayer(4, 2, 8);
                private readonly TransformerDecoder decoder = TransformerDecoder(TransformerDecoderLayer(4, 2, 8), 2);
                """,
                "var memory = y; y = decoder.call(layer.call(y, memory), memory, mask, memory_key_padding_mask: padding);",
                [.. In("layer", Decoder), .. In("decoder.layers.0", Decoder), .. In("decoder.layers.1", Decoder)],
                ["layer", "decoder.layers.0", "decoder.layers.1"]),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_twin_computes_what_its_model_computes(string name)
    {
        GeneratorRun run = RunOf(name);
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 2, 3, 4);
        Assert.InRange(expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_weights_are_quantized_and_reconstructed(string name)
    {
        GeneratorRun run = RunOf(name);
        Assert.Equal(
            [.. Cases[name].Weights.Append("fc").Append("last").Order(StringComparer.Ordinal)],
            Twins.Calibrate(run, "Models.Net", 2, 3, 4).Weights.Keys.Order(StringComparer.Ordinal));
        IReadOnlyList<UnitReport> units = Twins.Reconstruct(run, "Models.Net", 10, 8, 3, 4);
        Assert.Equal(["fc", .. Cases[name].Units, "last"], units.Select(u => u.Name));
        Assert.All(units, u => Assert.True(double.IsFinite(u.ErrorAfter) && u.ErrorBefore > 0, u.Name));
    }

    private static string[] In(string part, string[] layers) => [.. layers.Select(layer => $"{part}.{layer}")];

    private static GeneratorRun RunOf(string name) => GeneratorRun.Of($$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 4, A = 4, BatchSize = 4)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
            {{Cases[name].Members}}
            private readonly Tensor mask = zeros(3, 3).masked_fill(ones(3, 3, dtype: ScalarType.Bool).triu(1), -1e9);

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var padding = zeros(x.shape[0], 3, dtype: ScalarType.Bool);
                var y = fc.forward(x).transpose(0, 1);
                {{Cases[name].Body}}
                return last.forward(y).transpose(0, 1);
            }
        }
        """);
}
