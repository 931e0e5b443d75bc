using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace QDrop.Threading;

/// <summary>
/// Runs a loop on the threads on which libtorch runs its own, where they can be had: those of GNU OpenMP on Linux. They
/// wait busily for a while after each loop, so that threads of anybody else's would have to compete with them, and they
/// start within microseconds.
/// </summary>
internal static unsafe class ThreadTeam
{
    // Counters that different threads write lie in different cache lines.
    private const int Apart = 16;

    private static readonly OpenMp? s_openMp = OpenMp.Find();

    /// <summary>Calls <paramref name="body"/> once with each number from 0 to <paramref name="count"/> − 1.</summary>
    /// <param name="count">How many calls.</param>
    /// <param name="threads">How many threads, the calling one included.</param>
    /// <param name="body">
    /// Is called by several threads at once. Equal numbers come to the same thread where they can.
    /// </param>
    public static void ForEach(int count, int threads, Action<int> body)
    {
        if (threads <= 1 || count <= 1)
        {
            for (int i = 0; i < count; i++)
                body(i);
        }
        else if (s_openMp is { } openMp)
        {
            var loop = new Loop(count, Math.Min(threads, count), body, openMp);
            openMp.Run(loop);
            loop.ThrowIfFailed();
        }
        else
        {
            InParallel(count, threads, body);
        }
    }

    /// <summary>
    /// Calls <paramref name="body"/> once with each number from 0 to <paramref name="count"/> − 1, on threads of .NET's
    /// pool.
    /// </summary>
    /// <remarks>
    /// What <paramref name="body"/> throws comes to the caller as it is, as it does where one thread does all.
    /// </remarks>
    public static void InParallel(int count, int threads, Action<int> body, CancellationToken cancellation = default)
    {
        try
        {
            Parallel.For(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
                body);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.Flatten().InnerExceptions[0]);
        }
    }

    /// <summary>One loop. Each thread has a range of its own; who is done takes from the others'.</summary>
    private sealed class Loop(int count, int threads, Action<int> body, OpenMp openMp)
    {
        private readonly int[] _done = new int[threads * Apart];
        private volatile Exception? _failure;

        public int Threads => threads;

        public void Work()
        {
            try
            {
                int own = openMp.Thread();
                for (int k = 0; k < threads && _failure is null; k++)
                    Work((own + k) % threads);
            }
            catch (Exception e)
            {
                // Native code cannot pass it on; who has started the loop throws it.
                _failure = e;
            }
        }

        public void ThrowIfFailed()
        {
            if (_failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);
        }

        private void Work(int range)
        {
            int first = (int)((long)count * range / threads),
                length = (int)((long)count * (range + 1) / threads) - first;
            ref int done = ref _done[range * Apart];
            for (int i; (i = Interlocked.Increment(ref done) - 1) < length && _failure is null;)
                body(first + i);
        }
    }

    /// <summary>GNU OpenMP, as libtorch has loaded it.</summary>
    private sealed class OpenMp(
        delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> parallel,
        delegate* unmanaged<int> thread)
    {
        /// <summary>The library that libtorch uses; <see langword="null"/> where it uses another.</summary>
        public static OpenMp? Find()
        {
            // The name finds the libtorch that is loaded, and its handle what that depends on.
            if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libtorch_cpu.so", out nint torch))
                return null;
            return
                NativeLibrary.TryGetExport(torch, "GOMP_parallel", out nint parallel)
                && NativeLibrary.TryGetExport(torch, "omp_get_thread_num", out nint thread)
                ? new(
                    (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)parallel,
                    (delegate* unmanaged<int>)thread)
                : null;
        }

        /// <summary>The number of the calling thread in its team, from 0.</summary>
        public int Thread() => thread();

        public void Run(Loop loop)
        {
            var handle = GCHandle.Alloc(loop);
            try
            {
                parallel(&Work, (void*)GCHandle.ToIntPtr(handle), (uint)loop.Threads, 0);
            }
            finally
            {
                handle.Free();
            }
        }

        [UnmanagedCallersOnly]
        private static void Work(void* loop) => Unsafe.As<Loop>(GCHandle.FromIntPtr((nint)loop).Target!).Work();
    }
}
