using QDrop.Generators.Tests.Helpers;
using VerifyXunit;

namespace QDrop.Generators.Tests;

/// <summary>Attributes on parts of a model, from the source to the bit widths of what was calibrated.</summary>
[Collection("torch")]
public sealed class OverrideTests
{
    private static readonly string Source = $$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 3, A = 5, Method = Method.Nearest)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            [Quantize(W = 8)] private readonly Linear @in = Linear(4, 4);
            private readonly Block<int> block = new(), other = new();
            [Quantize(A = 2)] private Stem Stem { get; } = new(4);
            [field: Quantize(W = 7)] private Linear Last { get; } = Linear(4, 4);
            [FullPrecision] private readonly Module<Tensor, Tensor> head = Sequential(Linear(4, 4), ReLU());

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x) => head.forward(Last.forward(Stem.forward(other.forward(block.forward(relu(@in.forward(x)))))));

            // Neither visible nor without arguments: a part of the model, and none itself.
            [Quantize(W = 6, A = 6, Drop = 0.25)]
            private sealed partial class Block<T> : Module<Tensor, Tensor>
            {
                private readonly Linear fc = Linear(4, 4);
                [Quantize(W = 4, Method = Method.AdaRound)] private readonly Linear fc2 = Linear(4, 4);
                public Block() : base("block") => RegisterComponents();
                public override Tensor forward(Tensor x) => fc2.forward(relu(fc.forward(x))) + x;
            }
        }

        [Quantize(W = 5)]
        internal sealed partial class Stem : Module<Tensor, Tensor>
        {
            private readonly Linear fc;
            public Stem(int width) : base("stem") { fc = Linear(width, width); RegisterComponents(); }
            public override Tensor forward(Tensor x) => relu(fc.forward(x));
        }
        """;

    [Fact]
    public async Task Attributes_on_parts_are_listed_in_the_descriptor()
    {
        GeneratorRun run = GeneratorRun.Of(Source);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(["Models.Net.Block-1.Quantized.g.cs", "Models.Net.Quantized.g.cs", "Models.Stem.Quantized.g.cs"], run.Sources.Keys.Order(StringComparer.Ordinal));
        string[] lines = run.Sources["Models.Net.Quantized.g.cs"].Split('\n');
        int begin = Array.FindIndex(lines, line => line.Trim() == "Overrides =");
        int end = Array.FindIndex(lines, begin, line => line.Trim() == "],");
        await Verifier.Verify(string.Join('\n', lines[begin..(end + 1)]) + "\n", "txt").UseDirectory("Snapshots");
    }

    [Fact]
    public void Bit_widths_of_parts_are_those_that_their_attributes_name_and_what_is_float_stays_so()
    {
        (IReadOnlyDictionary<string, int> weights, IReadOnlyDictionary<string, int> activations) = Twins.Calibrate(GeneratorRun.Of(Source), "Models.Net", 32, 4);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["in"] = 8,
                ["block.fc"] = 6,
                ["block.fc2"] = 4,
                ["other.fc"] = 6,
                ["other.fc2"] = 4,
                ["<Stem>k__BackingField.fc"] = 5,
                ["<Last>k__BackingField"] = 7,
            },
            weights);
        Assert.Equal(5, activations["in.output"]);
        Assert.Equal(6, activations["block.fc.output"]);
    }

    [Fact]
    public void A_class_with_weights_stays_a_model_though_another_is_made_of_it()
    {
        GeneratorRun run = GeneratorRun.Of(GeneratorRun.Compile(
            ("Net.cs", DiagnosticCases.Model("[Quantize]", "partial class Net", members: "private readonly Backbone backbone = new();")),
            ("Backbone.cs", DiagnosticCases.Model("[Quantize(W = 2, Weights = \"backbone.safetensors\")]", "partial class Backbone", "Backbone"))));
        Assert.Empty(run.Diagnostics);
        Assert.Contains("LoadQuantized", run.Sources["Models.Backbone.Quantized.g.cs"]);
        Assert.Contains("new(typeof(global::Models.Backbone)) { W = 2 }", run.Sources["Models.Net.Quantized.g.cs"]);
    }

    [Fact]
    public void A_class_that_no_model_reaches_or_that_a_model_derives_from_is_a_model()
    {
        GeneratorRun run = GeneratorRun.Of(GeneratorRun.Compile(
            ("Net.cs", DiagnosticCases.Model("[Quantize]", "partial class Net")),
            ("Wide.cs", DiagnosticCases.Usings + "[Quantize] internal sealed partial class Wide : Net;")));
        Assert.Empty(run.Diagnostics);
        Assert.All(run.Sources.Values, source => Assert.Contains("LoadQuantized", source));
        Assert.All(run.Sources.Values, source => Assert.DoesNotContain("Overrides", source));
    }
}
