namespace QDrop.Execution;

/// <summary>The shapes of all inputs of a call. Two are equal if their sizes are.</summary>
internal readonly struct InputShapes(int[][] shapes) : IEquatable<InputShapes>
{
    /// <summary>Gets the shapes.</summary>
    public int[][] Shapes => shapes;

    /// <summary>The same shapes, which nobody changes.</summary>
    public InputShapes Copy() => new(Array.ConvertAll(shapes, static s => (int[])s.Clone()));

    /// <inheritdoc/>
    public bool Equals(InputShapes other)
    {
        if (shapes.Length != other.Shapes.Length)
            return false;
        for (int i = 0; i < shapes.Length; i++)
        {
            if (!shapes[i].AsSpan().SequenceEqual(other.Shapes[i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InputShapes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int[] shape in shapes)
        {
            foreach (int size in shape)
                hash.Add(size);
            hash.Add(-1);
        }
        return hash.ToHashCode();
    }
}
