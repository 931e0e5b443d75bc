using System.Runtime.ExceptionServices;

namespace QDrop.Execution;

/// <summary>Work that several threads do together, step by step.</summary>
internal interface ICrewWork
{
    /// <summary>Gets the number of steps.</summary>
    int StepCount { get; }

    /// <summary>Whether no thread may begin the step before all have ended the one before it.</summary>
    bool NeedsBarrier(int step);

    /// <summary>Does a part of a step.</summary>
    /// <param name="context">What the caller has given.</param>
    /// <param name="step">The step.</param>
    /// <param name="part">The part, from 0.</param>
    /// <param name="parts">How many parts there are.</param>
    void Do(nint context, int step, int part, int parts);
}

/// <summary>
/// Threads that help with one call at a time. Between calls they wait, busily for a moment, then asleep. A call that
/// finds them busy is done by its own thread alone.
/// </summary>
internal sealed class Crew : IDisposable
{
    private readonly State _state;
    private readonly Thread?[] _threads;

    /// <summary>A crew whose threads start with the first work.</summary>
    /// <param name="threads">How many threads do the work, the caller's included; 2 or more.</param>
    public Crew(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 2);
        Threads = threads;
        _state = new(threads);
        _threads = new Thread[threads - 1];
    }

    /// <summary>Gets how many threads do the work, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Ends the threads of a crew that nobody has disposed.</summary>
    ~Crew() => _state.Stop();

    /// <summary>Does work together, unless the threads are busy with another call.</summary>
    /// <param name="work">The work.</param>
    /// <param name="context">What each step is given.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="Exception">What the first failed step has thrown. Those after it were not done.</exception>
    public bool TryDo(ICrewWork work, nint context)
    {
        if (!_state.TryEnter())
            return false;
        try
        {
            if (_threads[^1] is null)
                Start();
            _state.Do(work, context);
        }
        finally
        {
            _state.Leave();
        }
        return true;
    }

    /// <summary>Ends the threads. No call may run.</summary>
    public void Dispose()
    {
        _state.Stop();
        foreach (Thread? thread in _threads)
            thread?.Join();
        GC.SuppressFinalize(this);
    }

    private void Start()
    {
        // The threads know the state, not the crew: one that nobody disposes is collected, and ends them.
        State state = _state;
        for (int i = 0; i < _threads.Length; i++)
        {
            if (_threads[i] is not null)
                continue;
            int part = i + 1;
            var thread = new Thread(() => state.Wait(part)) { IsBackground = true, Name = "QDrop.Inference" };
            thread.Start();
            _threads[i] = thread;
        }
    }

    /// <summary>What the threads share.</summary>
    private sealed class State(int threads)
    {
        /// <summary>How often a thread looks for work before it sleeps: some ten microseconds.</summary>
        private const int Looks = 500;

        private readonly object _lock = new();
        private ICrewWork? _work;
        private nint _context;
        private Exception? _error;
        private long _call;
        private long _arrived;
        private long _base;
        private int _isBusy;
        private bool _isFailed;
        private bool _isStopped;

        public bool TryEnter() => Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;

        public void Leave() => Volatile.Write(ref _isBusy, 0);

        public void Do(ICrewWork work, nint context)
        {
            (_work, _context, _error, _isFailed) = (work, context, null, false);
            // No thread is before a barrier of an earlier call: arrivals are counted on from here.
            _base = Volatile.Read(ref _arrived);
            lock (_lock)
            {
                Volatile.Write(ref _call, _call + 1);
                Monitor.PulseAll(_lock);
            }
            Do(0);
            Exception? error = _error;
            (_work, _error) = (null, null);
            if (error is not null)
                ExceptionDispatchInfo.Throw(error);
        }

        public void Wait(int part)
        {
            long seen = 0;
            while (true)
            {
                for (int i = 0; i < Looks && Volatile.Read(ref _call) == seen; i++)
                    Thread.SpinWait(8);
                lock (_lock)
                {
                    while (_call == seen && !_isStopped)
                        Monitor.Wait(_lock);
                    if (_isStopped)
                        return;
                    seen = _call;
                }
                Do(part);
            }
        }

        public void Stop()
        {
            lock (_lock)
            {
                _isStopped = true;
                Monitor.PulseAll(_lock);
            }
        }

        private void Do(int part)
        {
            ICrewWork work = _work!;
            nint context = _context;
            int steps = work.StepCount;
            long target = _base;
            for (int step = 0; step < steps; step++)
            {
                if (step > 0 && work.NeedsBarrier(step))
                    Meet(target += threads);
                if (Volatile.Read(ref _isFailed))
                    continue;
                try
                {
                    work.Do(context, step, part, threads);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref _error, e, null);
                    Volatile.Write(ref _isFailed, true);
                }
            }
            Meet(target + threads);
        }

        /// <summary>Waits until all threads are here.</summary>
        private void Meet(long target)
        {
            Interlocked.Increment(ref _arrived);
            for (int i = 1; Volatile.Read(ref _arrived) < target; i++)
            {
                // Where there are more threads than cores, others must get on.
                if (i % 256 == 0)
                    Thread.Yield();
                else
                    Thread.SpinWait(1);
            }
        }
    }
}
