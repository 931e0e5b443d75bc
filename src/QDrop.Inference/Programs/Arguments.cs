using System.Globalization;

namespace QDrop.Programs;

/// <summary>
/// The arguments of an operation by name, each a whole number, a number, a truth value, a text, or several whole
/// numbers. Two are equal if their contents are.
/// </summary>
internal sealed class Arguments : IEquatable<Arguments>
{
    /// <summary>None.</summary>
    public static readonly Arguments None = new([]);

    private readonly (string Name, object Value)[] _entries;

    /// <param name="entries">The arguments; a value is long, double, bool, string or long[].</param>
    public Arguments(IEnumerable<(string Name, object Value)> entries) =>
        _entries = [.. entries.OrderBy(static e => e.Name, StringComparer.Ordinal)];

    /// <summary>Gets the arguments in the order of their names.</summary>
    public IReadOnlyList<(string Name, object Value)> Entries => _entries;

    /// <summary>A whole number.</summary>
    public long Integer(string name, long? otherwise = null) => Find(name) switch
    {
        long value => value,
        null when otherwise is { } value => value,
        var found => throw Odd(name, found, "a whole number"),
    };

    /// <summary>A whole number that is a size or an index of 32 bits.</summary>
    public int Int32(string name, int? otherwise = null) => Narrow(Integer(name, otherwise), name);

    /// <summary>A number.</summary>
    public double Number(string name, double? otherwise = null) => Find(name) switch
    {
        double value => value,
        long value => value,
        null when otherwise is { } value => value,
        var found => throw Odd(name, found, "a number"),
    };

    /// <summary>A truth value.</summary>
    public bool Flag(string name, bool otherwise = false) => Find(name) switch
    {
        bool value => value,
        null => otherwise,
        var found => throw Odd(name, found, "true or false"),
    };

    /// <summary>A text.</summary>
    public string Text(string name, string? otherwise = null) => Find(name) switch
    {
        string value => value,
        null when otherwise is not null => otherwise,
        var found => throw Odd(name, found, "a text"),
    };

    /// <summary>Whole numbers of 32 bits.</summary>
    public int[] Integers(string name, int[]? otherwise = null) => Find(name) switch
    {
        long[] values => Array.ConvertAll(values, v => Narrow(v, name)),
        null when otherwise is not null => otherwise,
        var found => throw Odd(name, found, "whole numbers"),
    };

    /// <summary>Whether there is an argument of the name.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>These arguments and one more, or another value of one.</summary>
    public Arguments With(string name, object value) =>
        new([.. _entries.Where(e => e.Name != name), (name, value)]);

    /// <inheritdoc/>
    public bool Equals(Arguments? other) =>
        other is not null
        && _entries.Length == other._entries.Length
        && _entries.Zip(other._entries).All(static p =>
            p.First.Name == p.Second.Name && AreEqual(p.First.Value, p.Second.Value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Arguments);

    /// <inheritdoc/>
    public override int GetHashCode() => _entries.Aggregate(0, static (hash, e) => HashCode.Combine(hash, e.Name));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _entries.Select(static e => $"{e.Name} = {Text(e.Value)}"));

    private static bool AreEqual(object one, object other) =>
        one is long[] a && other is long[] b ? a.AsSpan().SequenceEqual(b) : one.Equals(other);

    private static string Text(object value) => value is long[] values
        ? $"[{string.Join(", ", values)}]"
        : string.Create(CultureInfo.InvariantCulture, $"{value}");

    private static int Narrow(long value, string name) => value is >= int.MinValue and <= int.MaxValue
        ? (int)value
        : throw new InvalidProgramGraphException($"'{name}' is {value}; expected a number of 32 bits.");

    private static InvalidProgramGraphException Odd(string name, object? found, string expected) =>
        new($"'{name}' is {(found is null ? "missing" : Text(found))}; expected {expected}.");

    private object? Find(string name) => Array.Find(_entries, e => e.Name == name).Value;
}
