using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>The operands and the result of an operation that is computed now.</summary>
/// <param name="memory">Where each value of the program is.</param>
/// <param name="operands">The numbers of the operands.</param>
/// <param name="infos">Their kinds and shapes.</param>
/// <param name="result">The number of the result.</param>
/// <param name="resultInfo">Its kind and shape.</param>
/// <param name="scratch">Memory for the operation alone, as much as it has asked for.</param>
internal readonly unsafe ref struct Frame(
    nint* memory, int[] operands, ValueInfo[] infos, int result, ValueInfo resultInfo, void* scratch)
{
    private readonly nint* _memory = memory;

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
}
