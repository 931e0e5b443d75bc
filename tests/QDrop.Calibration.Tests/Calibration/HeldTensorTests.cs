using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Calibration;

/// <summary>Models that change their own tensors as they run.</summary>
public sealed class HeldTensorTests() : CalibrationTest(seed: 5)
{
    private const long Unseen = 19;

    [Theory]
    [InlineData(1L)]
    [InlineData(Unseen)]
    public void An_embedding_that_renormalizes_its_rows_is_refused_and_keeps_them(long row)
    {
        using var model = new SentenceNet(maxNorm: 1);
        Shorten(model);
        Assert.NotEmpty(Calibrate(model).Units);
        using (no_grad())
            model.tokens.weight![row] = 3;
        string before = WeightFile.Hash(model);
        QDropException error = Assert.Throws<QDropException>(() => Calibrate(model));
        Assert.Equal("QDROP239", error.Code);
        Assert.Contains(
            $"'tokens.weight' of its Embedding 'tokens' (element {row * 8} of 160 from 3 to 0.3536)",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(before, WeightFile.Hash(model));
        // The page's way out.
        using (no_grad())
            model.tokens.forward(arange(20));
        Assert.NotEmpty(Calibrate(model).Units);
    }

    [Fact]
    public void A_buffer_that_counts_is_refused_and_keeps_its_value()
    {
        using var model = new Counting();
        using var held = new HeldTensors(model);
        model.call(zeros(1));
        QDropException error = Assert.Throws<QDropException>(() => held.Check("Counting"));
        Assert.Equal("QDROP239", error.Code);
        Assert.Contains(
            "'calls' of the model itself (element 1 of 2 from 0 to 1)", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.calls.sum().ToInt64());
    }

    [Fact]
    public void What_is_not_checked_is_given_back()
    {
        using var model = new Counting();
        using (new HeldTensors(model))
            model.call(zeros(1));
        Assert.Equal(0, model.calls.sum().ToInt64());
    }

    /// <summary>Makes all rows short enough.</summary>
    private static void Shorten(SentenceNet model)
    {
        using IDisposable guard = no_grad();
        model.tokens.weight!.mul_(0.05);
    }

    private static CalibrationOutcome Calibrate(SentenceNet model) =>
        ModelQuantizer.Quantize(
            SentenceNet.Descriptor,
            SentenceNet.Descriptor.Settings with { Method = Method.Nearest },
            model,
            randint(1, Unseen, [66, 6]));

    /// <summary>Counts its calls.</summary>
    private sealed class Counting : Module<Tensor, Tensor>
    {
        public readonly Tensor calls = zeros(2, dtype: ScalarType.Int64);

        public Counting() : base(nameof(Counting)) => register_buffer(nameof(calls), calls);

        public override Tensor forward(Tensor x)
        {
            calls[1].add_(1);
            return x;
        }
    }
}
