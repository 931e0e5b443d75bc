using System.Runtime.Serialization;

namespace QDrop.Protocol;

/// <summary>
/// What the worker tells the build: one line of JSON each on the worker's own channel. Members that a kind does not use
/// are left out.
/// </summary>
[DataContract]
internal sealed class WorkerMessage
{
    /// <summary>One of <see cref="MessageKind"/>.</summary>
    [DataMember] public string Kind { get; set; } = "";

    /// <summary>Hello: version of requests and messages that the worker speaks.</summary>
    [DataMember(EmitDefaultValue = false)] public int Version { get; set; }

    /// <summary>
    /// Log, diagnostic, summary: the text. Progress: how far it is, in words. Input: full path of a file, or of a
    /// folder with a separator at its end.
    /// </summary>
    [DataMember(EmitDefaultValue = false)] public string? Text { get; set; }

    /// <summary>Log: <c>high</c>, <c>normal</c> or <c>low</c>.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Importance { get; set; }

    /// <summary>Diagnostic: <c>error</c>, <c>warning</c> or <c>message</c>.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Severity { get; set; }

    /// <summary>Diagnostic: the code, such as <c>QDROP210</c>.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Code { get; set; }

    /// <summary>Diagnostic: the file at fault.</summary>
    [DataMember(EmitDefaultValue = false)] public string? File { get; set; }

    /// <summary>Diagnostic: line in the file, from 1; 0 for none.</summary>
    [DataMember(EmitDefaultValue = false)] public int Line { get; set; }

    /// <summary>Diagnostic: column in the line, from 1; 0 for none.</summary>
    [DataMember(EmitDefaultValue = false)] public int Column { get; set; }

    /// <summary>Progress, result: full name of the model's class.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Model { get; set; }

    /// <summary>Progress: what is being done.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Phase { get; set; }

    /// <summary>Progress: the unit that is being reconstructed.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Unit { get; set; }

    /// <summary>Progress: number of the unit, from 1.</summary>
    [DataMember(EmitDefaultValue = false)] public int UnitIndex { get; set; }

    /// <summary>Progress: units of the model.</summary>
    [DataMember(EmitDefaultValue = false)] public int UnitCount { get; set; }

    /// <summary>Progress: iterations of the unit that are done.</summary>
    [DataMember(EmitDefaultValue = false)] public int Iteration { get; set; }

    /// <summary>Progress: iterations of the unit in all.</summary>
    [DataMember(EmitDefaultValue = false)] public int Iterations { get; set; }

    /// <summary>Progress: the unit's loss, that of the rounding regulariser included.</summary>
    [DataMember(EmitDefaultValue = false)] public double Loss { get; set; }

    /// <summary>Progress: the unit's loss without that of the rounding regulariser.</summary>
    [DataMember(EmitDefaultValue = false)] public double? ReconstructionLoss { get; set; }

    /// <summary>Progress: the loss of the rounding regulariser.</summary>
    [DataMember(EmitDefaultValue = false)] public double? RoundingLoss { get; set; }

    /// <summary>Progress: share of the unit's rounding variables, from 0 to 1, that are settled.</summary>
    [DataMember(EmitDefaultValue = false)] public double? Settled { get; set; }

    /// <summary>Progress: seconds until all units are reconstructed.</summary>
    [DataMember(EmitDefaultValue = false)] public double? SecondsLeft { get; set; }

    /// <summary>Result: one of <see cref="ResultOutcome"/>.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Outcome { get; set; }

    /// <summary>Result: full path of the artifact.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Artifact { get; set; }

    /// <summary>Result: full path of the report.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Report { get; set; }

    /// <summary>Result: full path of the ONNX model, where one was asked for.</summary>
    [DataMember(EmitDefaultValue = false)] public string? Onnx { get; set; }
}

/// <summary>Values of <see cref="WorkerMessage.Kind"/>.</summary>
internal static class MessageKind
{
    /// <summary>The first message: the worker runs.</summary>
    internal const string Hello = "hello";

    /// <summary>How far reconstruction is.</summary>
    internal const string Progress = "progress";

    /// <summary>A line for the build's log.</summary>
    internal const string Log = "log";

    /// <summary>An error, a warning or advice with a code and a place.</summary>
    internal const string Diagnostic = "diagnostic";

    /// <summary>A file or folder that a model's result depends on.</summary>
    internal const string Input = "input";

    /// <summary>One model is done.</summary>
    internal const string Result = "result";

    /// <summary>The last message: all models are done, or have their errors.</summary>
    internal const string Summary = "summary";
}

/// <summary>Values of <see cref="WorkerMessage.Outcome"/>.</summary>
internal static class ResultOutcome
{
    /// <summary>Calibrated now.</summary>
    internal const string Calibrated = "calibrated";

    /// <summary>Taken from the cache.</summary>
    internal const string Cached = "cached";

    /// <summary>The artifact that was there is right.</summary>
    internal const string UpToDate = "up to date";
}
