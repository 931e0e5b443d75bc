using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;
using VerifyXunit;

namespace QDrop.Generators.Tests;

/// <summary>
/// What <c>[QuantizationBlock]</c> merges and splits, from the source to the units that were reconstructed.
/// </summary>
[Collection("torch")]
public sealed class BlockTests
{
    private static readonly string Source = $$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 4, A = 4)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear stem = Linear(4, 4);
            [QuantizationBlock] private readonly Module<Tensor, Tensor> features = Sequential(Linear(4, 4), ReLU(), new Block(), Linear(4, 4));
            private readonly Block whole = new();
            [QuantizationBlock(false)] private readonly Block parts = new();
            [QuantizationBlock] private readonly ModuleList<Sequential> stages = ModuleList(Sequential(Linear(4, 4), ReLU(), Linear(4, 4)), Sequential(Linear(4, 4), ReLU(), Linear(4, 4)));
            [QuantizationBlock] private Head Pair { get; } = new();
            [field: QuantizationBlock(false)] private Merged Apart { get; } = new();
            private readonly Stage stage = new();

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                x = parts.forward(whole.forward(relu(features.forward(stem.forward(x)))));
                foreach (var one in stages)
                    x = relu(one.forward(x));
                return stage.forward(Apart.forward(Pair.forward(x)));
            }
        }

        internal sealed partial class Block : Module<Tensor, Tensor>
        {
            private readonly Linear fc1 = Linear(4, 4), fc2 = Linear(4, 4);
            public Block() : base("block") => RegisterComponents();
            public override Tensor forward(Tensor x) { var y = fc2.forward(relu(fc1.forward(x))); return y.add_(x).relu_(); }
        }

        internal sealed partial class Head : Module<Tensor, Tensor>
        {
            private readonly Linear fc1 = Linear(4, 4), fc2 = Linear(4, 4);
            public Head() : base("head") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc2.forward(relu(fc1.forward(x)));
        }

        [QuantizationBlock]
        internal sealed partial class Merged : Module<Tensor, Tensor>
        {
            private readonly Linear fc1 = Linear(4, 4), fc2 = Linear(4, 4);
            public Merged() : base("merged") => RegisterComponents();
            public override Tensor forward(Tensor x) => fc2.forward(relu(fc1.forward(x)));
        }

        internal sealed partial class Stage : Module<Tensor, Tensor>
        {
            [QuantizationBlock(false)] private readonly ModuleList<Block> blocks = ModuleList(new Block(), new Block());
            private readonly Merged merged = new();
            public Stage() : base("stage") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                foreach (var block in blocks)
                    x = block.forward(x);
                return merged.forward(x);
            }
        }
        """;

    [Fact]
    public async Task A_twin_says_what_is_merged_and_what_is_split()
    {
        var run = GeneratorRun.Of(Source);
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Advice);
        await Verifier.Verify(run.Sources["Models.Net.Quantized.g.cs"], "cs").UseDirectory("Snapshots");
    }

    [Fact]
    public void The_documentation_of_a_twin_counts_an_embedding_as_a_unit()
    {
        string source = DiagnosticCases.Advisable(
            "private readonly Embedding table = Embedding(4, 4);", "return fc.forward(table.forward(x));");
        string twin = GeneratorRun.Of(source).Sources["Models.Net.Quantized.g.cs"];
        string[] units = [.. twin.Split('\n').Where(l => l.Contains("/// <item><description>")).Select(l => l.Trim())];
        Assert.Equal(
            ["/// <item><description>table</description></item>", "/// <item><description>fc</description></item>"],
            units);
    }

    [Fact]
    public void What_is_merged_is_one_unit_and_what_is_split_is_as_many_as_it_has_layers()
    {
        IReadOnlyList<UnitReport> units = Twins.Reconstruct(GeneratorRun.Of(Source), "Models.Net", 20, 32, 4);
        Assert.Equal(
            [
                "stem",
                "features: features.0, features.2.fc1, features.2.fc2, features.3",
                "whole: whole.fc1, whole.fc2",
                "parts.fc1",
                "parts.fc2",
                "stages.0: stages.0.0, stages.0.2",
                "stages.1: stages.1.0, stages.1.2",
                "<Pair>k__BackingField: <Pair>k__BackingField.fc1, <Pair>k__BackingField.fc2",
                "<Apart>k__BackingField.fc1",
                "<Apart>k__BackingField.fc2",
                "stage.blocks.0.fc1",
                "stage.blocks.0.fc2",
                "stage.blocks.1.fc1",
                "stage.blocks.1.fc2",
                "stage.merged: stage.merged.fc1, stage.merged.fc2",
            ],
            units.Select(u => u.IsBlock ? $"{u.Name}: {string.Join(", ", u.Layers)}" : u.Name));
        Assert.All(units, u => Assert.Equal(20, u.Iterations));
    }

    [Fact]
    public void A_twin_computes_what_the_model_computes_whatever_its_blocks()
    {
        (float[] expected, float[] found) = Twins.Run(GeneratorRun.Of(Source), "Models.Net", 8, 4);
        Assert.Equal(expected, found);
    }

    private static readonly string Attention = $$"""
        {{DiagnosticCases.Usings}}
        [Quantize(W = 4, A = 4)]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly MultiheadAttention whole = MultiheadAttention(4, 2);
            [QuantizationBlock(false)] private readonly MultiheadAttention parts = MultiheadAttention(4, 2);
            private readonly Mixer mixer = new();
            [QuantizationBlock(false)] private readonly Mixer mixers = new();

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x)
            {
                x = x.unsqueeze(0);
                x = whole.forward(x, x, x, null, false, null).Item1;
                x = parts.forward(x, x, x, null, false, null).Item1;
                x = mixers.forward(mixer.forward(x, x), x);
                return x.squeeze(0);
            }
        }

        internal sealed partial class Mixer : Module<Tensor, Tensor, Tensor>
        {
            private readonly Linear left = Linear(4, 4), right = Linear(4, 4);
            public Mixer() : base("mixer") => RegisterComponents();
            public override Tensor forward(Tensor x, Tensor y) => left.forward(x) + right.forward(y);
        }
        """;

    [Fact]
    public void What_takes_several_tensors_is_split_alike()
    {
        var run = GeneratorRun.Of(Attention);
        Assert.Empty(run.Diagnostics);
        IReadOnlyList<UnitReport> units = Twins.Reconstruct(run, "Models.Net", 20, 32, 4);
        Assert.Equal(
            ["whole", "parts.in_proj", "parts.out_proj", "mixer", "mixers.left", "mixers.right"],
            units.Select(u => u.Name));
        Assert.All(units, u => Assert.Equal(20, u.Iterations));
    }

    [Fact]
    public void Where_a_block_begins_and_ends_quantizers_are_as_they_were()
    {
        string apart = Source
            .Replace("[QuantizationBlock] private", "private")
            .Replace("[QuantizationBlock(false)] private", "private");
        Assert.Equal(
            Twins.Calibrate(GeneratorRun.Of(apart), "Models.Net", 32, 4).Activations.OrderBy(a => a.Key),
            Twins.Calibrate(GeneratorRun.Of(Source), "Models.Net", 32, 4).Activations.OrderBy(a => a.Key));
    }
}
