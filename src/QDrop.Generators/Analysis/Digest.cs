using System.Security.Cryptography;
using System.Text;

namespace QDrop.Generators.Analysis;

/// <summary>Stands for a text: SHA-256, so that no two texts are taken for the same.</summary>
internal readonly record struct Digest(string Value)
{
    public static Digest Of(string text)
    {
        using var sha = SHA256.Create();
        return new Digest(Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>Stands for several texts in their order.</summary>
    public static Digest Of(IEnumerable<string> texts)
    {
        var all = new StringBuilder();
        foreach (string text in texts)
            all.Append(text.Length).Append(':').Append(text);
        return Of(all.ToString());
    }

    public override string ToString() => Value;
}
