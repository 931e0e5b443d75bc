namespace QDrop;

/// <summary>A setting that another forbids.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Setting">The setting's name.</param>
/// <param name="Found">Its value.</param>
/// <param name="Expected">What is expected instead; with what it has no effect where it is useless.</param>
/// <param name="Instead">The value to have instead, as code; <see langword="null"/> to leave it out.</param>
internal sealed record SettingFault(
    SettingRuleAttribute Rule, string Setting, string Found, string Expected, string? Instead)
{
    /// <summary>Gets the code of the diagnostic.</summary>
    public string Code => Rule.Code;
}
