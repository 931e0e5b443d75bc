using QDrop.Programs;

namespace QDrop.Operations;

/// <summary>Computes an operation.</summary>
/// <param name="frame">Where its operands and its result are.</param>
internal delegate void Kernel(Frame frame);

/// <summary>
/// An operation of the vocabulary of programs: what it takes, what it gives, and how it is computed. Everything about
/// it is said in one class.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="least">How many operands it takes at least.</param>
/// <param name="most">How many at most; <see langword="null"/> for as many as at least.</param>
internal abstract class OperationKind(string name, int least, int? most = null)
{
    /// <summary>Gets its name.</summary>
    public string Name => name;

    /// <summary>Gets whether its result is the memory of its first operand, as that of another shape is.</summary>
    public virtual bool IsView => false;

    /// <summary>
    /// Whether each element of the result is 0 or one of the first operand's, or of any operand's where several are
    /// joined: what is on a grid stays on it.
    /// </summary>
    public virtual bool KeepsGrid(Operation operation) => false;

    /// <summary>Gets how many operands it takes at least.</summary>
    public int LeastOperands => least;

    /// <summary>Gets how many operands it takes at most.</summary>
    public int MostOperands => most ?? least;

    /// <summary>Finds the kind and the shape of the result, and checks operands and arguments.</summary>
    /// <exception cref="InvalidProgramGraphException">They do not fit.</exception>
    public abstract ValueInfo Infer(Operation operation, ReadOnlySpan<ValueInfo> operands);

    /// <summary>How many products of two numbers it adds up; 0 for what is no sum of products.</summary>
    public virtual long Products(Operation operation, ValueInfo[] operands, ValueInfo result) => 0;

    /// <summary>Prepares the computation for operands of the shapes that <see cref="Infer"/> has seen.</summary>
    public abstract Kernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result);

    /// <summary>Prepares the computation on several threads.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="operands">The kinds and shapes of its operands.</param>
    /// <param name="result">Those of its result.</param>
    /// <param name="threads">The most threads that compute it at once.</param>
    public virtual PlannedKernel Plan(Operation operation, ValueInfo[] operands, ValueInfo result, int threads) =>
        new(Plan(operation, operands, result));

    /// <summary>Checks the kind of an operand.</summary>
    protected static ValueInfo Expect(ReadOnlySpan<ValueInfo> operands, int index, ValueKind kind) =>
        operands[index].Kind == kind
            ? operands[index]
            : throw new InvalidProgramGraphException(
                $"operand {index} has elements of kind {operands[index].Kind}; expected {kind}.");

    /// <summary>Checks that something holds.</summary>
    protected static void Check(bool holds, string found)
    {
        if (!holds)
            throw new InvalidProgramGraphException(found);
    }

    /// <summary>An index of a dimension; from the end if negative.</summary>
    protected static int Axis(long dimension, int rank)
    {
        long axis = dimension < 0 ? dimension + rank : dimension;
        return axis >= 0 && axis < rank
            ? (int)axis
            : throw new InvalidProgramGraphException($"dimension {dimension} is none of {rank}.");
    }
}
