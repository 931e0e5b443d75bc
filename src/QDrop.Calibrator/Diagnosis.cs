using System.Diagnostics;
using System.Reflection;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>Turns exceptions into diagnostics of the build.</summary>
internal static class Diagnosis
{
    /// <summary>An error with its place.</summary>
    internal static WorkerMessage Error(string code, string message, Place place) => Of("error", code, message, place);

    /// <summary>A warning with its place.</summary>
    internal static WorkerMessage Warning(string code, string message, Place place) =>
        Of("warning", code, message, place);

    /// <summary>A mistake of QDrop's own.</summary>
    internal static WorkerMessage Internal(Exception e, Place place) =>
        Error(
            Codes.Internal,
            $"The calibrator failed, which is a mistake in QDrop; please report it with this text. {e}",
            place);

    /// <summary>
    /// The exception that user code threw, out of those that reflection and static constructors wrap around it.
    /// </summary>
    internal static Exception Unwrap(Exception e) =>
        e is TargetInvocationException or TypeInitializationException && e.InnerException is { } inner
            ? Unwrap(inner)
            : e;

    /// <summary>
    /// What was thrown and where in the user's code: <c>FormatException: Input string… (at App.Data.Load in
    /// Data.cs:line 12)</c>.
    /// </summary>
    internal static string Describe(Exception e)
    {
        e = Unwrap(e);
        string text = $"{e.GetType().Name}: {WithoutNativeStack(e.Message)}";
        return UserFrame(e) is { } frame ? $"{text} (at {Describe(frame)})" : text;
    }

    /// <summary>What libtorch says, without where in its own code it says it.</summary>
    private static string WithoutNativeStack(string message) =>
        message.Split("Exception raised from", 2)[0].TrimEnd();

    /// <summary>
    /// Whether TorchSharp refused what it was given; else the user's own code threw, or what it called besides.
    /// </summary>
    internal static bool IsThrownByTorch(Exception e) =>
        Assemblies(Unwrap(e)).FirstOrDefault(static a => !IsFrameworks(a))?.GetName().Name == "TorchSharp";

    /// <summary>Whether any of the user's code was running.</summary>
    internal static bool IsInUserCode(Exception e) => UserFrame(Unwrap(e)) is not null;

    private static WorkerMessage Of(string severity, string code, string message, Place place) => new()
    {
        Kind = MessageKind.Diagnostic,
        Severity = severity,
        Code = code,
        Text = message,
        File = place.File,
        Line = place.Line,
        Column = place.Column,
    };

    private static StackFrame? UserFrame(Exception e) =>
        new StackTrace(e, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(static f => f.GetMethod()?.DeclaringType?.Assembly is { } assembly && IsUsers(assembly));

    private static IEnumerable<Assembly> Assemblies(Exception e) =>
        new StackTrace(e).GetFrames().Select(static f => f.GetMethod()?.DeclaringType?.Assembly).OfType<Assembly>();

    private static bool IsUsers(Assembly assembly) =>
        assembly.GetName().Name is not ("QDrop.Calibrator" or "QDrop.Calibration" or "QDrop.Runtime" or "TorchSharp")
        && !IsFrameworks(assembly);

    private static bool IsFrameworks(Assembly assembly) =>
        assembly.GetName().Name?.StartsWith("System.", StringComparison.Ordinal) != false;

    private static string Describe(StackFrame frame)
    {
        MethodBase? method = frame.GetMethod();
        string name = $"{method?.DeclaringType?.FullName}.{method?.Name}";
        return frame.GetFileName() is { } file ? $"{name} in {file}:line {frame.GetFileLineNumber()}" : name;
    }
}
