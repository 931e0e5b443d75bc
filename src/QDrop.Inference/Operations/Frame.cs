using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>The operands and the result of an operation that is computed now.</summary>
/// <param name="memory">Where each value of the program is.</param>
/// <param name="operands">The numbers of the operands.</param>
/// <param name="infos">Their kinds and shapes.</param>
/// <param name="result">The number of the result.</param>
/// <param name="resultInfo">Its kind and shape.</param>
/// <param name="scratch">Memory for the operation alone, as much as it has asked for.</param>
/// <param name="part">Which part of the work is done now, from 0.</param>
/// <param name="parts">How many parts there are, on a thread each.</param>
internal readonly unsafe ref struct Frame(
    nint* memory,
    int[] operands,
    ValueInfo[] infos,
    int result,
    ValueInfo resultInfo,
    void* scratch,
    int part = 0,
    int parts = 1)
{
    private readonly nint* _memory = memory;

    /// <summary>Gets which part of the work is done now, from 0.</summary>
    public int Part => part;

    /// <summary>Gets memory for the operation alone.</summary>
    public void* Scratch => scratch;

    /// <summary>Gets where the result is.</summary>
    public void* ResultAddress => (void*)_memory[result];

    /// <summary>Gets the number of operands.</summary>
    public int Count => operands.Length;

    /// <summary>Gets the elements of the result, float32.</summary>
    public Span<float> Result => ResultOf<float>();

    /// <summary>The elements of an operand, float32.</summary>
    public ReadOnlySpan<float> this[int operand] => Operand<float>(operand);

    /// <summary>Where an operand is.</summary>
    public void* Address(int operand) => (void*)_memory[operands[operand]];

    /// <summary>The elements of the result.</summary>
    public Span<T> ResultOf<T>()
        where T : unmanaged => new((void*)_memory[result], resultInfo.Count);

    /// <summary>The elements of an operand.</summary>
    public ReadOnlySpan<T> Operand<T>(int operand)
        where T : unmanaged => new((void*)_memory[operands[operand]], infos[operand].Count);

    /// <summary>The bytes of the result.</summary>
    public Span<byte> ResultBytes => new((void*)_memory[result], resultInfo.Count * resultInfo.ElementSize);

    /// <summary>The bytes of an operand.</summary>
    public ReadOnlySpan<byte> Bytes(int operand) =>
        new((void*)_memory[operands[operand]], infos[operand].Count * infos[operand].ElementSize);

    /// <summary>The share of this part in so many pieces of work: from the first one to before the end.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="multiple">The share begins and ends at multiples of this, but at the end of all.</param>
    public (int Start, int End) Share(int count, int multiple = 1)
    {
        long blocks = (count + (long)multiple - 1) / multiple;
        return (
            (int)Math.Min(blocks * part / parts * multiple, count),
            (int)Math.Min(blocks * (part + 1) / parts * multiple, count));
    }
}
