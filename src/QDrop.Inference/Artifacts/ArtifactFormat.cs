namespace QDrop.Artifacts;

/// <summary>The names in artifacts. <c>docs/artifact-format.md</c> describes the format.</summary>
internal static class ArtifactFormat
{
    /// <summary>The version of the format that this library writes and reads.</summary>
    public const int Version = 1;

    public const string Name = "qdrop";
    public const string NameKey = "format";
    public const string VersionKey = "format_version";
    public const string ManifestKey = "manifest";
    public const string HashKey = "sha256";
    public const string ActivationScales = "activations.scale";
    public const string ActivationExponents = "activations.exponent";
    public const string ActivationZeroPoints = "activations.zero_point";
    public const string FloatPrefix = "float.";
    public const string ProgramPrefix = "program.";

    public static string Levels(string layer) => $"quantized.{layer}.levels";

    public static string Scale(string layer) => $"quantized.{layer}.scale";

    public static string Exponent(string layer) => $"quantized.{layer}.exponent";

    public static string ZeroPoint(string layer) => $"quantized.{layer}.zero_point";

    public static string Bias(string layer) => $"quantized.{layer}.bias";
}
