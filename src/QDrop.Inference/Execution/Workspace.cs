using System.Collections.Concurrent;
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

    /// <summary>Where a value is after a run.</summary>
    public nint this[int value] => _table[value];

    /// <summary>Runs the program.</summary>
    public void Run(ReadOnlySpan<nint> inputs, long[]? ticks = null) => plan.Run(_memory, _table, inputs, ticks);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_table);
    }
}

/// <summary>A program that is prepared for inputs of some shapes, and the memory of calls that have ended.</summary>
/// <param name="plan">The prepared program.</param>
internal sealed class PreparedProgram(ExecutionPlan plan) : IDisposable
{
    private readonly ConcurrentBag<Workspace> _free = [];

    /// <summary>Gets the prepared program.</summary>
    public ExecutionPlan Plan => plan;

    /// <summary>Memory for a call.</summary>
    public Workspace Rent() =>
        _free.TryTake(out Workspace? workspace) ? workspace : new Workspace(plan, plan.ValueCount);

    /// <summary>Takes the memory back.</summary>
    public void Return(Workspace workspace) => _free.Add(workspace);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryTake(out Workspace? workspace))
            workspace.Dispose();
        plan.Dispose();
    }
}
