using System.Collections;
using Microsoft.Build.Framework;

namespace QDrop.Build.Tests;

/// <summary>A build engine that keeps what a task logs.</summary>
internal sealed class RecordingEngine : IBuildEngine
{
    internal List<BuildErrorEventArgs> Errors { get; } = [];

    internal List<BuildWarningEventArgs> Warnings { get; } = [];

    internal List<BuildMessageEventArgs> Messages { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "test.proj";

    public bool BuildProjectFile(
        string projectFileName,
        string[] targetNames,
        IDictionary globalProperties,
        IDictionary targetOutputs) => throw new InvalidOperationException("The task must not build projects.");

    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public void LogErrorEvent(BuildErrorEventArgs e) => Errors.Add(e);

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
        lock (Messages)
            Messages.Add(e);
    }

    public void LogWarningEvent(BuildWarningEventArgs e) => Warnings.Add(e);

    /// <summary>Messages of an importance, in order.</summary>
    internal IEnumerable<string> MessagesOf(MessageImportance importance)
    {
        lock (Messages)
            return [.. Messages.Where(m => m.Importance == importance).Select(static m => m.Message ?? "")];
    }
}
