namespace QDrop.Calibration.Reports.Page;

/// <summary>How the page looks.</summary>
internal static class PageStyle
{
    /// <summary>The style sheet <c>page.css</c>; it has no character that XML would take for markup.</summary>
    public static string Css { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(PageStyle).Assembly.GetManifestResourceStream("page.css")
            ?? throw new InvalidOperationException("The assembly has no resource 'page.css'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }
}
