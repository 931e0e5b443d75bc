using System.Globalization;
using QDrop.Programs;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Recording;

/// <summary>Adds the operations of an expression to what is recorded.</summary>
/// <param name="recorder">Who records.</param>
/// <param name="parts">The parts of the expression.</param>
internal sealed class NoteReader(Recorder recorder, List<object?> parts)
{
    private int _part;
    private int _place;

    /// <summary>Adds the operations.</summary>
    /// <returns>The value of the expression.</returns>
    public int Read()
    {
        int value = (int)Expression(null)!;
        return Peek() == '\0' && _part >= parts.Count ? value : throw Odd();
    }

    /// <summary>An operand: the number of a value, or nothing.</summary>
    private int? Expression(ValueKind? beside)
    {
        if (Value() is { } found)
        {
            object? operand = found.Value;
            return operand is null ? null : recorder.Operand(operand, beside);
        }
        if (char.IsAsciiDigit(Peek()) || Peek() == '-')
            return recorder.Operand(double.Parse(Word(), CultureInfo.InvariantCulture), beside);
        string name = Word();
        Expect('(');
        var operands = new List<int>();
        var arguments = new List<(string, object)>();
        while (Peek() != ')')
        {
            if (Named() is { } argument)
            {
                if (Argument() is { } value)
                    arguments.Add((argument, value));
            }
            else if (Tensors() is { } tensors)
            {
                operands.AddRange(tensors.Select(t => recorder.Operand(t, null)));
            }
            else if (Expression(operands.Count > 0 ? recorder.KindOf(operands[0]) : null) is { } operand)
            {
                operands.Add(operand);
            }
            if (Peek() == ',')
                Expect(',');
        }
        Expect(')');
        return recorder.Add(name, operands, new(arguments));
    }

    private object? Argument()
    {
        if (Value() is { } found)
        {
            return found.Value switch
            {
                null => null,
                bool or string or double or long or long[] => found.Value,
                int number => (long)number,
                float number => (double)number,
                Scalar number => number.ToDouble(),
                var other => throw new ArgumentException($"A {other.GetType().Name} is no argument."),
            };
        }
        if (Peek() == '[')
        {
            Expect('[');
            var numbers = new List<long>();
            while (Peek() != ']')
            {
                numbers.Add(Value() is { } number
                    ? Convert.ToInt64(number.Value, CultureInfo.InvariantCulture)
                    : long.Parse(Word(), CultureInfo.InvariantCulture));
                if (Peek() == ',')
                    Expect(',');
            }
            Expect(']');
            return numbers.ToArray();
        }
        string word = Word();
        return word switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) =>
                whole,
            _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            _ => word,
        };
    }

    /// <summary>What stands between literals, if it comes next.</summary>
    private (object? Value, bool Is)? Value()
    {
        Peek();
        return _part < parts.Count && parts[_part] is not NoteText.Literal ? (parts[_part++], true) : null;
    }

    /// <summary>Several tensors, if they come next.</summary>
    private Tensor[]? Tensors()
    {
        Peek();
        return _part < parts.Count && parts[_part] is Tensor[]? (Tensor[])parts[_part++]! : null;
    }

    /// <summary>The name of an argument, if one comes next.</summary>
    private string? Named()
    {
        Peek();
        if (_part >= parts.Count || parts[_part] is not NoteText.Literal literal)
            return null;
        int end = _place;
        while (end < literal.Text.Length && IsOfWord(literal.Text[end]))
            end++;
        if (end == _place || end >= literal.Text.Length || literal.Text[end] != '=')
            return null;
        string name = literal.Text[_place..end];
        _place = end + 1;
        return name;
    }

    private string Word()
    {
        Peek();
        string text = parts[_part] is NoteText.Literal literal ? literal.Text : throw Odd();
        int start = _place;
        while (_place < text.Length && IsOfWord(text[_place]))
            _place++;
        return _place > start ? text[start.._place] : throw Odd();
    }

    /// <summary>The next character that is no space; 0 before a value and at the end.</summary>
    private char Peek()
    {
        while (_part < parts.Count && parts[_part] is NoteText.Literal literal)
        {
            while (_place < literal.Text.Length && literal.Text[_place] == ' ')
                _place++;
            if (_place < literal.Text.Length)
                return literal.Text[_place];
            _part++;
            _place = 0;
        }
        return '\0';
    }

    private void Expect(char character)
    {
        if (Peek() != character)
            throw Odd();
        _place++;
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '+';

    private FormatException Odd() => new(
        "Not an expression of a program: "
            + string.Concat(parts.Select(static p => p is NoteText.Literal literal ? literal.Text : "…")));
}
