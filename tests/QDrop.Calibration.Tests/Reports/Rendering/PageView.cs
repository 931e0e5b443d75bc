namespace QDrop.Tests.Reports.Rendering;

/// <summary>How a page is looked at.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Scheme"><c>light</c> or <c>dark</c>.</param>
internal sealed record PageView(int Width, string Scheme)
{
    /// <summary>On a phone and on a desk, by day and by night.</summary>
    public static IReadOnlyList<PageView> All { get; } =
        [new(390, "light"), new(390, "dark"), new(1280, "light"), new(1280, "dark")];

    /// <summary>Whether it is laid out as phones do.</summary>
    public bool IsPhone => Width < 600;
}
