using System.Diagnostics;

namespace QDrop.InferenceBenchmarks;

/// <summary>
/// Times runners in turns, so that what else the machine does meets all of them: in each round every runner computes
/// its model several times.
/// </summary>
internal static class Rounds
{
    private const double WarmupSeconds = 1;
    private const double RoundSeconds = 0.02;
    private const int MostRuns = 50;
    private const int PauseMilliseconds = 20;

    /// <summary>Times of one run, in microseconds.</summary>
    /// <param name="Median">The median.</param>
    /// <param name="Quick">
    /// What a tenth of the runs stay below: they were interrupted least by what else the machine does.
    /// </param>
    public readonly record struct Times(double Median, double Quick);

    /// <summary>Times of the runners.</summary>
    /// <param name="runners">The runners.</param>
    /// <param name="seconds">How long all of it takes, about.</param>
    public static Times[] Of(IReadOnlyList<IRunner> runners, double seconds)
    {
        int[] runs = new int[runners.Count];
        for (int i = 0; i < runs.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int count = 0;
            for (; count < 2 || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmupSeconds; count++)
                runners[i].Run();
            double each = Stopwatch.GetElapsedTime(start).TotalSeconds / count;
            runs[i] = Math.Clamp((int)(RoundSeconds / each), 1, MostRuns);
        }
        // Code that was compiled again in the background meanwhile is there from now on.
        Thread.Sleep(500);
        List<double>[] times = [.. runners.Select(static _ => new List<double>())];
        long first = Stopwatch.GetTimestamp();
        do
        {
            for (int i = 0; i < times.Length; i++)
            {
                // Threads of the engine before it look for work for a moment, on cores that this one is to have.
                Thread.Sleep(PauseMilliseconds);
                // The first run finds the others' data in the caches.
                runners[i].Run();
                for (int k = 0; k < runs[i]; k++)
                {
                    long start = Stopwatch.GetTimestamp();
                    runners[i].Run();
                    times[i].Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }
            }
        }
        while (Stopwatch.GetElapsedTime(first).TotalSeconds < seconds);
        return [.. times.Select(static t =>
        {
            t.Sort();
            return new Times(t[t.Count / 2], t[t.Count / 10]);
        })];
    }
}
