using System.Text.Json;
using QDrop.Calibration.Execution;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

public sealed class UnitLearnerTests
{
    public static IEnumerable<object[]> Cases => GoldenVectors.Cases("reconstruction");

    [Theory, MemberData(nameof(Cases))]
    public void Reconstruction_is_that_of_the_published_implementation(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", index);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        Tensor target = block.Float(plain);
        var losses = new List<double>();
        float[][] alphas = new float[2][];
        var draws = new PinnedDraws();
        var reconstructor = new UnitLearner(Settings(golden), draws)
        {
            Iterated = (_, loss) =>
            {
                losses.Add(loss);
                alphas = [.. block.Weights.Select(w => Near.Values(w.Calibration.Alpha!))];
            },
        };

        reconstructor.Reconstruct(block, quantized, plain, target, null, default);

        Assert.Equal(golden.Whole("draws"), draws.NextDraw());
        Assert.Equal(golden.Whole("iterations"), losses.Count);
        // The golden losses are rounded to 6 decimals.
        Near.Equal(golden.Floats("losses"), [.. losses.Select(l => (float)l)], 1e-5, 6e-7);
        Near.Equal(golden.Floats("alpha1"), alphas[0], 1e-4, 1e-6);
        Near.Equal(golden.Floats("alpha2"), alphas[1], 1e-4, 1e-6);
        Near.Equal(golden.Floats("act_scales"), [.. block.Activations.Select(a => a.Scale!.item<float>())]);
        Near.Equal(golden.Floats("conv1_final"), block.Weights[0].Value());
        Near.Equal(golden.Floats("conv2_final"), block.Weights[1].Value());
        Near.Equal(golden.Floats("output"), block.Forward(quantized.narrow(0, 0, 2)));
    }

    [Fact]
    public void Channels_last_inputs_give_the_same_reconstruction()
    {
        using DisposeScope scope = NewDisposeScope();
        // Without drop: pinned draws follow the order of memory.
        JsonElement golden = GoldenVectors.Case("reconstruction", 0);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        (Tensor? plainLast, Tensor? quantizedLast) = (ChannelsLast(plain), ChannelsLast(quantized));
        var losses = new List<float>();
        var reconstructor = new UnitLearner(Settings(golden), new PinnedDraws())
        {
            Iterated = (_, loss) => losses.Add((float)loss),
        };

        reconstructor.Reconstruct(block, quantizedLast, plainLast, block.Float(plain), null, default);

        Near.Equal(golden.Floats("losses"), [.. losses], 1e-5, 6e-7);
        Near.Equal(golden.Floats("act_scales"), [.. block.Activations.Select(a => a.Scale!.item<float>())]);
    }

    [Fact]
    public void Drop_of_everything_trains_on_float_inputs_and_leaves_scales_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 2);
        float[] brecq = Losses(golden, s => s with { Method = Method.Brecq }, out float[]? scales, quantized => quantized);
        // The quantized input has no influence.
        float[] same = Losses(golden, s => s with { Drop = 1 }, out _, quantized => zeros_like(quantized));

        Assert.Equal(brecq, same);
        Assert.Equal(golden.Floats("act_scales_init"), scales);
    }

    [Fact]
    public void Learned_rounding_alone_sees_quantized_inputs_and_float_activations()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 2);
        float[] alone = Losses(golden, s => s with { Method = Method.AdaRound }, out float[]? scales, quantized => quantized);
        float[] otherInput = Losses(
            golden, s => s with { Method = Method.AdaRound }, out _, quantized => zeros_like(quantized));
        float[] floatInput = Losses(golden, s => s with { Method = Method.Brecq }, out _, quantized => quantized);

        Assert.Equal(golden.Floats("act_scales_init"), scales);
        Assert.NotEqual(alone, otherInput);
        Assert.NotEqual(alone, floatInput);
        float[] unregularised = Losses(
            golden,
            s => s with { Method = Method.AdaRound, Lambda = 0, LearningRate = 0.01 },
            out _,
            quantized => quantized);
        Assert.True(unregularised[^10..].Sum() < unregularised[..10].Sum());
    }

    [Fact]
    public void Quantizers_are_ready_for_use_afterwards()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        foreach (Method method in new[] { Method.QDrop, Method.AdaRound })
        {
            new UnitLearner(Settings(golden) with { Method = method, Iterations = 3 }, new SeededDraws(1))
                .Reconstruct(block, quantized, plain, block.Float(plain), null, default);
            Assert.All(block.Weights, w => Assert.True(w.Enabled && w.Calibration.Alpha is null));
            Assert.All(block.Activations, a => Assert.True(a.Enabled && a.Calibration.Learning is null));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_other_bytes()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));

        float[] Run(long seed)
        {
            using var block = new GoldenBlock(golden);
            (Tensor? plain, Tensor? quantized) = block.Inputs();
            var losses = new List<float>();
            new UnitLearner(Settings(golden), new SeededDraws(seed)) { Iterated = (_, loss) => losses.Add((float)loss) }
                .Reconstruct(block, quantized, plain, block.Float(plain), null, default);
            return [.. losses];
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_unit_iteration_and_settings()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        Tensor target = full_like(plain, float.NaN);

        QDropException error = Assert.Throws<QDropException>(() =>
            new UnitLearner(Settings(golden), new PinnedDraws()).Reconstruct(
                block, quantized, plain, target, null, default));

        Assert.Equal("QDROP240", error.Code);
        Assert.Contains("'block'", error.Message);
        Assert.Contains("iteration 1 of 40", error.Message);
        Assert.Contains("W 2, A 4, Drop 0.5", error.Message);
    }

    [Fact]
    public void Cancellation_ends_it_within_an_iteration_and_leaves_no_half_learned_quantizer()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        using var block = new GoldenBlock(golden);
        using var source = new CancellationTokenSource();
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        int done = 0;
        var reconstructor = new UnitLearner(Settings(golden), new PinnedDraws())
        {
            Iterated = (iteration, _) =>
            {
                done = iteration;
                if (iteration == 3)
                    source.Cancel();
            },
        };

        Assert.Throws<OperationCanceledException>(() =>
            reconstructor.Reconstruct(block, quantized, plain, block.Float(plain), null, source.Token));

        Assert.Equal(3, done);
        Assert.All(block.Weights, w => Assert.Null(w.Calibration.Alpha));
    }

    [Fact]
    public void Progress_is_told_rarely_and_at_the_end()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        var told = new Reports();

        UnitResult result = new UnitLearner(Settings(golden), new PinnedDraws()).Reconstruct(
            block, quantized, plain, block.Float(plain), told, default);

        Assert.Equal(40, told.All[^1].Iteration);
        Assert.InRange(told.All.Count, 1, 2 + (int)(result.Duration.TotalSeconds * 4));
    }

    [Fact]
    public void Iterations_leave_no_tensors_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = GoldenVectors.Case("reconstruction", 1);
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        Tensor target = block.Float(plain);
        var counts = new List<long>();
        var reconstructor = new UnitLearner(Settings(golden) with { Iterations = 200 }, new PinnedDraws())
        {
            Iterated = (_, _) => counts.Add(Tensor.TotalCount),
        };

        reconstructor.Reconstruct(block, quantized, plain, target, null, default);

        // Finalizers of earlier tests' tensors may run meanwhile.
        Assert.InRange(counts[^1], 0, counts[20]);
    }

    [Theory]
    [InlineData(new long[] { 5, 7 }, 1, 5)]
    [InlineData(new long[] { 5, 3, 7 }, 2, 15)]
    [InlineData(new long[] { 5, 7, 3, 2 }, 1, 30)]
    public void The_loss_is_summed_over_channels_and_averaged_over_the_rest(
        long[] shape, int channelAxis, double positions)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        (Tensor? output, Tensor? target) = (randn(shape), randn(shape));
        using var loss = new ReconstructionLoss(target, channelAxis);
        (double value, Tensor? gradient) = loss.Evaluate(output, [0, 1, 2, 3, 4]);

        Tensor difference = output - target;
        Assert.Equal((difference * difference).sum().item<float>() / positions, value, 1e-4);
        Near.Equal(Near.Values(difference * (2 / positions)), gradient);
    }

    [Fact]
    public void Another_shape_than_the_float_unit_has_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var loss = new ReconstructionLoss(zeros([4L, 3L]), 1);
        Assert.Contains(
            "[4, 2]",
            Assert.Throws<InvalidOperationException>(() => loss.Evaluate(zeros([4L, 2L]), [0, 1, 2, 3])).Message);
    }

    private static QuantizationSettings Settings(System.Text.Json.JsonElement golden) => new()
    {
        W = golden.Whole("W"),
        A = golden.Whole("A"),
        Drop = 1 - golden.Number("drop_keep_probability"),
        Iterations = golden.Whole("iterations"),
        BatchSize = golden.Whole("batch_size"),
    };

    private static float[] Losses(
        System.Text.Json.JsonElement golden,
        Func<QuantizationSettings, QuantizationSettings> change,
        out float[] scales,
        Func<Tensor, Tensor> input)
    {
        using var block = new GoldenBlock(golden);
        (Tensor? plain, Tensor? quantized) = block.Inputs();
        var losses = new List<float>();
        new UnitLearner(change(Settings(golden)), new PinnedDraws()) { Iterated = (_, loss) => losses.Add((float)loss) }
            .Reconstruct(block, input(quantized), plain, block.Float(plain), null, default);
        scales = [.. block.Activations.Select(a => a.Scale!.item<float>())];
        return [.. losses];
    }

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private sealed class Reports : IProgress<UnitProgress>
    {
        public List<UnitProgress> All { get; } = [];

        public void Report(UnitProgress value) => All.Add(value);
    }
}
