namespace QDrop;

/// <summary>A setting that another forbids.</summary>
/// <param name="Code">The code of the diagnostic.</param>
/// <param name="Setting">The setting's name.</param>
/// <param name="Found">Its value.</param>
/// <param name="Expected">What is expected instead; with what it has no effect where it is useless.</param>
/// <param name="Instead">The value to have instead, as code; <see langword="null"/> to leave it out.</param>
internal sealed record SettingFault(string Code, string Setting, string Found, string Expected, string? Instead);
