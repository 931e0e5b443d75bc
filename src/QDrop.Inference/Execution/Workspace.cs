using System.Runtime.InteropServices;

namespace QDrop.Execution;

/// <summary>The memory of one call.</summary>
/// <param name="plan">What runs in it.</param>
/// <param name="values">How many values the program has.</param>
internal sealed unsafe class Workspace(ExecutionPlan plan, int values) : IDisposable
{
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(
        (nuint)Math.Max(plan.MemorySize, 1), MemoryLayout.Alignment);

    private readonly nint* _table = (nint*)NativeMemory.AllocZeroed((nuint)values, (nuint)sizeof(nint));

    /// <summary>Frees the memory of a call whose program nobody has disposed.</summary>
    ~Workspace() => Free();

    /// <summary>Where a value is after a run.</summary>
    public nint this[int value] => _table[value];

    /// <summary>Runs the program.</summary>
    public void Run(ReadOnlySpan<nint> inputs, long[]? ticks = null) => plan.Run(_memory, _table, inputs, ticks);

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_table);
    }
}
