using static TorchSharp.torch;

namespace QDrop.Threading;

/// <summary>Splits passes over long buffers among libtorch's number of threads.</summary>
internal static class Chunks
{
    /// <summary>
    /// Elements of a chunk: small enough that mask and partial results stay in the first-level cache.
    /// </summary>
    public const int Length = 8192;

    // Below this, some 20 microseconds of work, a second thread costs more than it saves.
    private const long Alone = 4 * Length;

    /// <summary>Calls <paramref name="body"/> once for each chunk.</summary>
    /// <param name="length">Elements in all.</param>
    /// <param name="body">Gets the number of the chunk, its first element and its number of elements.</param>
    public static void ForEach(long length, Action<int, long, int> body)
    {
        ThreadTeam.ForEach(Count(length), length < Alone ? 1 : Threads, Call);

        void Call(int i) => body(i, (long)i * Length, (int)Math.Min(Length, length - (long)i * Length));
    }

    /// <summary>The number of chunks of so many elements.</summary>
    public static int Count(long length) => (int)((length + Length - 1) / Length);

    /// <summary>
    /// Calls <paramref name="body"/> with each number from 0 to <paramref name="count"/> − 1, in any order.
    /// </summary>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellation"/> was cancelled, and <paramref name="body"/> or the loop has noticed it.
    /// </exception>
    public static void ForEachItem(int count, Action<int> body, CancellationToken cancellation = default)
    {
        if (count == 1 || Threads is 1)
        {
            for (int i = 0; i < count; i++)
                body(i);
        }
        else
        {
            ThreadTeam.InParallel(count, Threads, body, cancellation);
        }
    }

    private static int Threads => Math.Max(1, get_num_threads());
}
