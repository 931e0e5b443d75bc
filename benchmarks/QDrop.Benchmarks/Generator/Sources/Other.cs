using System;
using System.Collections.Generic;
using System.Linq;

namespace Models;

public sealed class Other(string name)
{
    private readonly List<string> _lines = [];
    private int _count;

    public string Name { get; } = name;

    public int Count => _count;

    public void Add(int n)
    {
        _count += n;
        _lines.Add($"{Name}: {_count}");
    }

    public IEnumerable<string> Longest(int count) => _lines.OrderByDescending(line => line.Length).Take(count);

    public override string ToString()
    {
        var words = _lines.SelectMany(line => line.Split(' ')).Distinct().ToList();
        words.Sort(StringComparer.Ordinal);
        return string.Join(Environment.NewLine, words);
    }
}
