using QDrop.Execution;
using Xunit;

namespace QDrop.Tests.Execution;

/// <summary>Threads that work on one call together.</summary>
public sealed class CrewTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Each_part_is_done_once_and_no_step_before_the_one_before_it(int threads)
    {
        using var crew = new Crew(threads);
        var work = new CountedWork(threads, 30);
        for (int call = 1; call <= 300; call++)
        {
            Assert.True(crew.TryDo(work, call));
            Assert.False(work.WasEarly);
            Assert.All(work.Done, done => Assert.Equal(call, done));
        }
    }

    [Fact]
    public void A_step_that_fails_fails_the_call_and_not_the_next_one()
    {
        using var crew = new Crew(3);
        var work = new CountedWork(3, 10) { FailsAt = (4, 2) };
        Assert.Equal("4/2", Assert.Throws<InvalidOperationException>(() => crew.TryDo(work, 1)).Message);
        var next = new CountedWork(3, 10);
        Assert.True(crew.TryDo(next, 1));
        Assert.All(next.Done, static done => Assert.Equal(1, done));
    }

    [Fact]
    public void A_call_that_finds_the_threads_busy_is_left_to_its_own_thread()
    {
        using var crew = new Crew(2);
        bool? inner = null;
        var work = new CountedWork(2, 1) { Also = () => inner = crew.TryDo(new CountedWork(2, 1), 1) };
        Assert.True(crew.TryDo(work, 1));
        Assert.False(inner);
    }

    [Fact]
    public void Threads_wake_up_after_they_have_slept_and_end()
    {
        var crew = new Crew(2);
        for (int call = 1; call <= 3; call++)
        {
            Assert.True(crew.TryDo(new CountedWork(2, 2), call));
            Thread.Sleep(50);
        }
        crew.Dispose();
        new Crew(2).Dispose();
    }

    /// <summary>Counts how often each part of each step is done.</summary>
    private sealed class CountedWork(int threads, int steps) : ICrewWork
    {
        public int[] Done { get; } = new int[threads * steps];

        public bool WasEarly { get; private set; }

        public (int Step, int Part)? FailsAt { get; init; }

        public Action? Also { get; init; }

        public int StepCount => steps;

        public bool NeedsBarrier(int step) => true;

        public void Do(nint context, int step, int part, int parts)
        {
            if (FailsAt == (step, part))
                throw new InvalidOperationException($"{step}/{part}");
            for (int other = 0; other < threads && step > 0; other++)
                WasEarly |= Volatile.Read(ref Done[((step - 1) * threads) + other]) != context;
            if (part == 0)
                Also?.Invoke();
            Interlocked.Increment(ref Done[(step * threads) + part]);
        }
    }
}
