using QDrop.Threading;
using Xunit;

namespace QDrop.Tests.Threading;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(7, 1)]
    [InlineData(7, 2)]
    [InlineData(1000, 3)]
    [InlineData(3, 16)]
    public void Each_number_comes_once(int count, int threads)
    {
        int[] calls = new int[count];
        ThreadTeam.ForEach(count, threads, i => Interlocked.Increment(ref calls[i]));
        Assert.All(calls, static c => Assert.Equal(1, c));
    }

    [Fact]
    public void What_a_thread_throws_comes_to_the_caller()
    {
        FormatException error = Assert.Throws<FormatException>(() =>
            ThreadTeam.ForEach(100, 2, static i => throw new FormatException($"at {i}")));
        Assert.StartsWith("at ", error.Message, StringComparison.Ordinal);
        // The team goes on working.
        int sum = 0;
        ThreadTeam.ForEach(100, 2, i => Interlocked.Add(ref sum, i));
        Assert.Equal(4950, sum);
    }

    [Fact]
    public void So_it_does_from_threads_of_the_pool()
    {
        Assert.Throws<FormatException>(static () =>
            ThreadTeam.InParallel(100, 2, static i => throw new FormatException($"at {i}")));
    }

    [Fact]
    public void A_loop_within_a_loop_is_done_too()
    {
        int calls = 0;
        ThreadTeam.ForEach(4, 2, _ => ThreadTeam.ForEach(5, 2, _ => Interlocked.Increment(ref calls)));
        Assert.Equal(20, calls);
    }
}
