using QDrop.Calibration.Ranges;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Quantizers;

/// <summary>
/// A search of ranges ends soon after it was cancelled: it looks whether it was between channels, widths and
/// candidates.
/// </summary>
public sealed class RangeCancellationTests : IDisposable
{
    private const int Threads = 2;

    public void Dispose() => set_num_threads(1);

    [Theory]
    [InlineData(1)]
    [InlineData(Threads)]
    public void Of_many_channels_few_more_are_searched(int threads) =>
        CancelledAt(40, threads, static (x, point) => RangeSearch.OfChannels(x, 0, 8, "w", point: point), [200, 64]);

    [Theory]
    [InlineData(1)]
    [InlineData(Threads)]
    public void Of_one_long_channel_few_more_widths_are(int threads) =>
        CancelledAt(40, threads, static (x, point) => RangeSearch.OfChannels(x, 0, 8, "w", point: point), [1, 70_000]);

    [Theory]
    [InlineData(1)]
    [InlineData(Threads)]
    public void Of_many_activations_few_more_widths_are(int threads) =>
        CancelledAt(20, threads, static (x, point) => RangeSearch.OfTensor(x, 8, "x", point: point), [70, 1000]);

    [Fact]
    public void Candidates_that_are_compared_exactly_are_places_to_stop_too()
    {
        int passed = 0;
        using DisposeScope scope = NewDisposeScope();
        RangeSearch.OfTensor(randn(3000), 8, "x", point: new CancellationPoint(default, () => passed++));
        int all = passed;
        CancelledAt(all - 1, 1, static (x, point) => RangeSearch.OfTensor(x, 8, "x", point: point), [3000]);
        Assert.True(all > RangeCandidates.Widths + 1, "No candidate was compared.");
    }

    /// <summary>Cancels when a search has passed so many places; each thread may come to one more.</summary>
    private static void CancelledAt(int place, int threads, Action<Tensor, CancellationPoint> search, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = new CancellationTokenSource();
        set_num_threads(threads);
        manual_seed(1);
        Tensor x = randn(shape);
        int passed = 0, all = 0;
        search(x, new CancellationPoint(default, () => Interlocked.Increment(ref all)));
        Assert.True(all > place + 2 * threads || threads == 1, $"There are only {all} places.");
        Assert.ThrowsAny<OperationCanceledException>(() => search(x, new CancellationPoint(source.Token, () =>
        {
            if (Interlocked.Increment(ref passed) == place)
                source.Cancel();
        })));
        Assert.InRange(passed, place, place + threads);
    }
}
