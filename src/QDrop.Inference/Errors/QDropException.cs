namespace QDrop;

/// <summary>
/// An error with a code of the documentation (<c>docs/diagnostics</c>): it says what was found, what was expected and
/// what to do.
/// </summary>
/// <param name="code">The code, such as <c>QDROP210</c>.</param>
/// <param name="message">What was found, what was expected and what to do.</param>
/// <param name="innerException">What caused it, if another exception did.</param>
public sealed class QDropException(string code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The code, such as <c>QDROP210</c>.</summary>
    public string Code { get; } = code;

    /// <summary>
    /// The code, then what any exception says of itself: a program that ends by it shows which page to read.
    /// </summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Code}: {base.ToString()}";
}
