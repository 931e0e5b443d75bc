namespace QDrop.CompilerServices;

/// <summary>
/// Where in a model something is made: a place of a twin's <c>forward</c>, in one pass of the loop around it, down from
/// the model itself. It is the same in each process, whichever places a call reaches first.
/// </summary>
/// <param name="text">
/// The address, such as <c>add#2</c> for the second pass, and <c>block#2/block.conv</c> for a place in the twin that is
/// called there; empty for what belongs to no model.
/// </param>
/// <param name="path">The place's name.</param>
/// <param name="isInLoop">Whether there is a loop around it.</param>
internal sealed class PlaceAddress(string text, string path, bool isInLoop)
{
    [ThreadStatic]
    private static PlaceAddress? _current;

    private int _twins;
    private int _asked;

    /// <summary>The place at which this thread is making something.</summary>
    public static PlaceAddress? Current => _current;

    /// <summary>The address.</summary>
    public string Text => text;

    /// <summary>The place's name, for messages.</summary>
    public string Path => path;

    /// <summary>Whether there is a loop around it.</summary>
    public bool IsInLoop => isInLoop;

    /// <summary>
    /// Names of the activation quantizers there, in the order of the code; empty for one that was not asked for.
    /// </summary>
    public List<string> Activations { get; } = [];

    /// <summary>The address of a pass.</summary>
    /// <param name="place">The address of the place.</param>
    /// <param name="pass">The pass, from 0.</param>
    public static string Of(string place, int pass) => pass == 0 ? place : $"{place}#{pass + 1}";

    /// <summary>What the addresses of the places in a twin begin with that is made now.</summary>
    public static string OfTwin()
    {
        if (_current is not { } place)
            return "";
        int before = place._twins++;
        return before == 0 ? $"{place.Text}/" : $"{place.Text}:{before + 1}/";
    }

    /// <summary>The index of the activation quantizer that is asked for next.</summary>
    public int Next() => _asked++;

    /// <summary>Makes something there.</summary>
    public T Make<T>(Func<T> make)
    {
        PlaceAddress? outer = _current;
        _current = this;
        try
        {
            return make();
        }
        finally
        {
            _current = outer;
        }
    }
}
