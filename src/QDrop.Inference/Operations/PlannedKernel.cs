namespace QDrop.Operations;

/// <summary>An operation that is prepared.</summary>
/// <param name="Kernel">Computes it.</param>
internal sealed record PlannedKernel(Kernel Kernel)
{
    /// <summary>The least elements for which other threads are worth while.</summary>
    public const int LeastShared = 16 * 1024;

    /// <summary>Gets the bytes of memory that it needs beside operands and result.</summary>
    public long Scratch { get; init; }

    /// <summary>
    /// Gets what all threads have done before the kernel begins, each its part; <see langword="null"/> for nothing.
    /// </summary>
    public Kernel? Before { get; init; }

    /// <summary>Gets whether each thread computes its part; otherwise one computes all.</summary>
    public bool IsShared { get; init; }
}
