using System.Text;

namespace QDrop.Generators.Helpers;

/// <summary>Writes lines of C#, indented by four spaces a level.</summary>
/// <remarks>Of our own: <c>IndentedTextWriter</c> indents empty lines, too.</remarks>
internal sealed class IndentedWriter
{
    private readonly StringBuilder _text = new();
    private int _level;

    /// <summary>Writes a line; an empty one gets no indentation.</summary>
    public void Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', 4 * _level).Append(line);
        _text.Append('\n');
    }

    /// <summary>A line of the preprocessor's, which formatters put at the start.</summary>
    public void Directive(string text) => _text.Append(text).Append('\n');

    public void Lines(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Line(line);
    }

    /// <summary>Opens a brace that the returned value closes, followed by <paramref name="end"/>.</summary>
    public IDisposable Block(string end = "")
    {
        Line("{");
        _level++;
        return new Closing(this, "}" + end);
    }

    /// <summary>Indents what follows until the returned value is disposed.</summary>
    public IDisposable Indent()
    {
        _level++;
        return new Closing(this, null);
    }

    public override string ToString() => _text.ToString();

    private sealed class Closing(IndentedWriter writer, string? line) : IDisposable
    {
        public void Dispose()
        {
            writer._level--;
            if (line is not null)
                writer.Line(line);
        }
    }
}
