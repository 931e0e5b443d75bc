namespace QDrop.CompilerServices;

/// <summary>Names of what is met several times: <c>name</c>, <c>name#2</c>, <c>name#3</c>.</summary>
internal static class UniqueName
{
    /// <summary>A name that is not taken yet; it is from now on.</summary>
    public static string In(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = $"{name}#{i}";
        return unique;
    }
}
