namespace QDrop;

/// <summary>How a <see cref="QuantizedProgram"/> runs.</summary>
public sealed class QuantizedProgramOptions
{
    private readonly int _threads = 1;

    /// <summary>Gets the number of threads that work on one call, 1 or more.</summary>
    /// <value>
    /// The default is 1: calls that run at once use a processor each. More threads than the machine has processors are
    /// as many as it has. The result is the same with any number.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Threads
    {
        get => _threads;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _threads = value;
        }
    }

    /// <summary>Gets whether inputs may contain NaN.</summary>
    /// <value>
    /// <see langword="true"/> to compute with them: a quantizer makes of NaN the least value of its grid, and what
    /// follows looks like a result. The default is <see langword="false"/>: inputs with NaN are refused.
    /// </value>
    public bool AllowNaN { get; init; }
}
