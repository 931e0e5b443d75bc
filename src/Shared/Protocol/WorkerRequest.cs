using System.Runtime.Serialization;

namespace QDrop.Protocol;

/// <summary>
/// What the build asks of the worker: one line of JSON on its standard input, which then stays open until the worker
/// shall stop.
/// </summary>
[DataContract]
internal sealed class WorkerRequest
{
    /// <summary>
    /// Version of requests and messages. Both ends come from the same package; the check finds tool paths that were
    /// overridden wrongly. It rises when an end would misunderstand the other. Members that are added do not raise it:
    /// an older end does not read them, and a newer one does without.
    /// </summary>
    internal const int CurrentVersion = 1;

    /// <summary>Version of requests and messages that the build speaks.</summary>
    [DataMember] public int Version { get; set; } = CurrentVersion;

    /// <summary>Full path of the compiled assembly, in the intermediate folder.</summary>
    [DataMember] public string Assembly { get; set; } = "";

    /// <summary>Full path of the project file.</summary>
    [DataMember] public string ProjectFile { get; set; } = "";

    /// <summary>Full path of the project's folder, against which relative paths are resolved.</summary>
    [DataMember] public string ProjectDirectory { get; set; } = "";

    /// <summary>Full path of the folder for artifacts and reports.</summary>
    [DataMember] public string OutputDirectory { get; set; } = "";

    /// <summary>
    /// Full path of the folder in which the program will stand: <c>AppContext.BaseDirectory</c> for the user's code.
    /// </summary>
    [DataMember] public string BaseDirectory { get; set; } = "";

    /// <summary>Full path of the cache of artifacts, or <see langword="null"/> for none.</summary>
    [DataMember(EmitDefaultValue = false)] public string? CacheDirectory { get; set; }

    /// <summary>Threads to compute with; 0 for one per processor.</summary>
    [DataMember] public int Threads { get; set; }

    /// <summary>MiB that activations may take in main memory; 0 for no limit.</summary>
    [DataMember] public int MemoryLimit { get; set; }

    /// <summary>Process id of the build; the worker ends when that process does.</summary>
    [DataMember] public int BuildProcess { get; set; }

    /// <summary>Settings for all models, from properties such as <c>QDropIterations</c>.</summary>
    [DataMember] public List<NamedValue> Overrides { get; set; } = [];

    /// <summary>The project's <c>QDropModel</c> items.</summary>
    [DataMember] public List<ModelItem> Models { get; set; } = [];

    /// <summary>
    /// Full paths of the files that the program's folder will hold besides the assembly: managed and native libraries.
    /// </summary>
    [DataMember] public List<string> References { get; set; } = [];
}

/// <summary>A <c>QDropModel</c> item.</summary>
[DataContract]
internal sealed class ModelItem
{
    /// <summary>The item's identity: the full name of the model's class.</summary>
    [DataMember] public string Name { get; set; } = "";

    /// <summary>Full path of the file that has the item: the project, or one that it imports.</summary>
    [DataMember] public string DefiningFile { get; set; } = "";

    /// <summary>The item's metadata that have a value.</summary>
    [DataMember] public List<NamedValue> Metadata { get; set; } = [];
}

/// <summary>A name with a value.</summary>
[DataContract]
internal sealed class NamedValue
{
    /// <summary>The name.</summary>
    [DataMember] public string Name { get; set; } = "";

    /// <summary>The value as written in the project.</summary>
    [DataMember] public string Value { get; set; } = "";
}
