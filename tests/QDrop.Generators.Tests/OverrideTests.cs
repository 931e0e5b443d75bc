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
        var run = GeneratorRun.Of(Source);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(
            ["Models.Net.Block-1.Quantized.g.cs", "Models.Net.Quantized.g.cs", "Models.Stem.Quantized.g.cs"],
            run.Sources.Keys.Order(StringComparer.Ordinal));
        await Verifier.Verify(Between(run, "Overrides =", "],"), "txt").UseDirectory("Snapshots");
    }

    [Fact]
    public async Task The_documentation_of_the_twin_has_a_table_of_bit_widths() =>
        await Verifier
            .Verify(
                Between(GeneratorRun.Of(Source), "/// Bit widths of weights (W) and activations (A):", "/// </list>"),
                "txt")
            .UseDirectory("Snapshots");

    [Fact]
    public void Where_the_attribute_is_silent_the_table_has_its_defaults()
    {
        var defaults = new QuantizeAttribute();
        string table = Between(
            GeneratorRun.Of(Source.Replace("[Quantize(W = 3, A = 5, Method = Method.Nearest)]", "[Quantize]")),
            "/// Bit widths of weights (W) and activations (A):",
            "/// </list>");
        Assert.Contains($"W {defaults.W}, A {defaults.A}", table);
        Assert.Contains($"{defaults.FirstLast} bits", table);
    }

    [Fact]
    public void Bit_widths_of_parts_are_those_that_their_attributes_name_and_what_is_float_stays_so()
    {
        (IReadOnlyDictionary<string, int> weights, IReadOnlyDictionary<string, int> activations) = Twins.Calibrate(
            GeneratorRun.Of(Source), "Models.Net", 32, 4);
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

    private static readonly string Float = $$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 3, A = 5, Method = Method.Nearest)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
            [FullPrecision] private readonly LSTM lstm = LSTM(4, 4);
            [FullPrecision] private readonly Bilinear pair;
            [FullPrecision] private Module<Tensor, Tensor> Sums { get; }
            [FullPrecision] private readonly Sequential more = Sequential(new Sums(3));
            private readonly Odd odd = new();

            public Net() : base("net")
            {
                pair = Bilinear(4, 4, 4);
                this.Sums = Parts.Make();
                RegisterComponents();
            }

            public override Tensor forward(Tensor x)
            {
                x = lstm.forward(relu(fc.forward(x)).unsqueeze(0)).Item1.squeeze(0);
                return last.forward(odd.forward(more.forward(Sums.forward(pair.forward(x, x)))));
            }
        }

        // Nothing of it is in the vocabulary, and it has no twin.
        internal sealed class Sums(int times) : Module<Tensor, Tensor>("sums")
        {
            public override Tensor forward(Tensor x) => times > 0 ? (x * 0.5).logcumsumexp(1) : forward(x);
        }

        internal static class Parts { public static Module<Tensor, Tensor> Make() => new Sums(2); }

        [FullPrecision]
        internal sealed class Odd : Module<Tensor, Tensor>
        {
            private readonly Linear inner = Linear(4, 4);
            public Odd() : base("odd") => RegisterComponents();
            public override Tensor forward(Tensor x) { try { return inner.forward(x); } finally { } }
        }
        """;

    [Fact]
    public void What_is_float_on_purpose_needs_no_twin_and_is_called_as_it_is()
    {
        var run = GeneratorRun.Of(Float);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(["Models.Net.Quantized.g.cs"], run.Sources.Keys);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 8, 4);
        Assert.Equal(expected, found);
        Assert.Equal(["fc", "last"], Twins.Calibrate(run, "Models.Net", 32, 4).Weights.Keys);
    }

    private static readonly string FloatCollections = $$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 3, A = 5, Method = Method.Nearest)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4), last = Linear(4, 4);
            [FullPrecision] private readonly ModuleList<LSTM> layers = ModuleList(LSTM(4, 4), LSTM(4, 4));
            [FullPrecision] private ModuleDict<Sums> Sums { get; } = ModuleDict(("a", new Sums()), ("b", new Sums()));
            [FullPrecision] private readonly Sequential more = Sequential(new Sums(), new Sums());
            [FullPrecision] private readonly ModuleList<Linear> tail = ModuleList(Linear(4, 4), Linear(4, 4));

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                var y = relu(fc.forward(x)).unsqueeze(0);
                foreach (var layer in layers)
                    y = layer.forward(y).Item1;
                for (var i = 0; i < layers.Count; i++)
                    y = layers[i].forward(y).Item1;
                var first = layers[0];
                y = first.forward(y).Item1;
                foreach (var sum in Sums.Values)
                    y = sum.forward(y);
                foreach (var layer in tail)
                    y = layer.forward(y);
                return last.forward(more.forward(Sums["a"].forward(y)).squeeze(0));
            }
        }

        // Nothing of it is in the vocabulary, and it has no twin.
        internal sealed class Sums() : Module<Tensor, Tensor>("sums")
        {
            public override Tensor forward(Tensor x) => (x * 0.5).logcumsumexp(2);
        }
        """;

    [Fact]
    public void What_is_in_a_collection_that_is_float_on_purpose_is_called_as_it_is()
    {
        var run = GeneratorRun.Of(FloatCollections);
        Assert.Empty(run.Diagnostics);
        Assert.Equal(["Models.Net.Quantized.g.cs"], run.Sources.Keys);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 8, 4);
        Assert.Equal(expected, found);
        Assert.Equal(["fc", "last"], Twins.Calibrate(run, "Models.Net", 32, 4).Weights.Keys);
    }

    [Fact]
    public void What_is_float_in_one_place_and_quantized_in_another_has_a_twin()
    {
        var run = GeneratorRun.Of(
            DiagnosticCases.Model(
                "[Quantize]",
                "partial class Net",
                members: "[FullPrecision] private readonly Block head = new(); private readonly Block body = new();")
                + "\ninternal sealed partial class Block() : Module<Tensor, Tensor>(\"b\") { public override Tensor "
                + "forward(Tensor x) => x.relu(); }");
        Assert.Empty(run.Diagnostics);
        Assert.Contains("Models.Block.Quantized.g.cs", run.Sources.Keys);
    }

    [Fact]
    public void The_code_of_what_is_float_is_in_the_fingerprint()
    {
        Assert.NotEqual(Fingerprint(Float), Fingerprint(Float.Replace("x * 0.5", "x * 0.25")));

        static string Fingerprint(string source) =>
            GeneratorRun
                .Of(source)
                .Sources["Models.Net.Quantized.g.cs"]
                .Split('\n')
                .Single(line => line.Contains("Fingerprint ="));
    }

    [Fact]
    public void A_part_that_is_private_to_another_class_is_named_nevertheless()
    {
        var run = GeneratorRun.Of(
            DiagnosticCases
                .Model(
                    "[Quantize(W = 3, Method = Method.Nearest)]",
                    "partial class Net",
                    members: "private readonly Outer outer = new();")
                .Replace("relu(fc.forward(x))", "outer.forward(fc.forward(x))")
                + """

                internal sealed partial class Outer : Module<Tensor, Tensor>
                {
                    private readonly Hidden hidden = new();
                    private readonly Linear last = Linear(4, 4);
                    public Outer() : base("outer") => RegisterComponents();
                    public override Tensor forward(Tensor x) => last.forward(hidden.forward(x));

                    private sealed partial class Hidden : Module<Tensor, Tensor>
                    {
                        [Quantize(W = 6)] private readonly Linear fc = Linear(4, 4);
                        public Hidden() : base("hidden") => RegisterComponents();
                        public override Tensor forward(Tensor x) => fc.forward(x);
                    }
                }
                """
        );
        Assert.Empty(run.Diagnostics);
        Assert.Equal(6, Twins.Calibrate(run, "Models.Net", 32, 4).Weights["outer.hidden.fc"]);
    }

    [Fact]
    public void A_class_with_weights_stays_a_model_though_another_is_made_of_it()
    {
        var run = GeneratorRun.Of(
            GeneratorRun.Compile(
                (
                    "Net.cs",
                    DiagnosticCases.Model(
                        "[Quantize]", "partial class Net", members: "private readonly Backbone backbone = new();")),
                (
                    "Backbone.cs",
                    DiagnosticCases.Model(
                        "[Quantize(W = 2, Weights = \"backbone.safetensors\")]",
                        "partial class Backbone",
                        "Backbone"))));
        Assert.Empty(run.Diagnostics);
        Assert.Contains("LoadQuantized", run.Sources["Models.Backbone.Quantized.g.cs"]);
        Assert.Contains("new(typeof(global::Models.Backbone)) { W = 2 }", run.Sources["Models.Net.Quantized.g.cs"]);
    }

    [Fact]
    public void A_class_that_no_model_reaches_or_that_a_model_derives_from_is_a_model()
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(
            ("Net.cs", DiagnosticCases.Model("[Quantize]", "partial class Net")),
            ("Wide.cs", DiagnosticCases.Usings + "[Quantize] internal sealed partial class Wide : Net;")));
        Assert.Empty(run.Diagnostics);
        Assert.All(run.Sources.Values, source => Assert.Contains("LoadQuantized", source));
        Assert.All(run.Sources.Values, source => Assert.DoesNotContain("Overrides", source));
    }

    private static string Between(GeneratorRun run, string first, string last)
    {
        string[] lines = run.Sources["Models.Net.Quantized.g.cs"].Split('\n');
        int begin = Array.FindIndex(lines, line => line.Trim() == first);
        int end = Array.FindIndex(lines, begin, line => line.Trim() == last);
        return string.Join('\n', lines[begin..(end + 1)]) + "\n";
    }
}
