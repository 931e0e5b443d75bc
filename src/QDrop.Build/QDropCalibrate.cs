using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Xml;
using Microsoft.Build.Framework;
using QDrop.Build.NativeLibraries;
using QDrop.Protocol;

namespace QDrop.Build;

/// <summary>
/// Quantizes the models of the assembly that was just compiled: starts the worker, which loads the assembly, and turns
/// what it says into messages of the build. Leaves artifacts, reports and a stamp, or errors and none of them.
/// </summary>
public sealed class QDropCalibrate : Microsoft.Build.Utilities.Task, ICancelableTask
{
    /// <summary>
    /// Set in the worker's environment: a build that the user's code starts there refuses to start a worker of its own.
    /// </summary>
    internal const string InsideBuildVariable = "QDROP_INSIDE_BUILD";

    private readonly CancellationTokenSource _cancelled = new();

    /// <summary>Whether this build was started by code that a worker runs.</summary>
    internal bool IsInsideBuild { get; set; } = Environment.GetEnvironmentVariable(InsideBuildVariable) == "1";

    /// <summary>The compiled assembly, in the intermediate folder.</summary>
    [Required] public string Assembly { get; set; } = "";

    /// <summary>The project file.</summary>
    [Required] public string ProjectFile { get; set; } = "";

    /// <summary>The folder for artifacts and reports; the task owns all <c>*.qdrop.*</c> files in it.</summary>
    [Required] public string OutputDirectory { get; set; } = "";

    /// <summary>The folder in which the program will stand.</summary>
    [Required] public string BaseDirectory { get; set; } = "";

    /// <summary>The worker's assembly.</summary>
    [Required] public string Calibrator { get; set; } = "";

    /// <summary>
    /// The file whose time of change says when the models were last found to be up to date, and whose lines are their
    /// files.
    /// </summary>
    [Required] public string Stamp { get; set; } = "";

    /// <summary>The file that lists which files and folders the models' results depend on.</summary>
    [Required] public string InputList { get; set; } = "";

    /// <summary>The project's <c>QDropModel</c> items.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>
    /// Names of settings that hold for all models, each with its metadatum <c>Value</c>; those without a value are left
    /// out.
    /// </summary>
    public ITaskItem[] Overrides { get; set; } = [];

    /// <summary>Managed and native libraries that will stand beside the program.</summary>
    public ITaskItem[] References { get; set; } = [];

    /// <summary>
    /// Native libraries of the program's packages; those of a class library, too, which are not copied beside it.
    /// </summary>
    public ITaskItem[] NativeLibraries { get; set; } = [];

    /// <summary>The C++ library of a Linux system; by default the one that its loader finds.</summary>
    public string? CppLibrary { get; set; }

    /// <summary>The program's dependency file, if it has one.</summary>
    public string? DependencyFile { get; set; }

    /// <summary>The program's runtime configuration, if it has one that the installed .NET can run.</summary>
    public string? RuntimeConfiguration { get; set; }

    /// <summary>Folders of NuGet packages.</summary>
    public string[] PackageFolders { get; set; } = [];

    /// <summary>The <c>dotnet</c> program.</summary>
    public string? DotNetHost { get; set; }

    /// <summary>The cache of artifacts; none if empty.</summary>
    public string? CacheDirectory { get; set; }

    /// <summary>Threads to compute with; one per processor if empty.</summary>
    public string? Threads { get; set; }

    /// <summary>MiB that activations may take in main memory; no limit if empty.</summary>
    public string? MemoryLimit { get; set; }

    /// <summary>The folder that holds the pages of the error codes.</summary>
    public string? HelpDirectory { get; set; }

    private string WorkerDependencyFile => Path.Combine(OutputDirectory, "worker.deps.json");

    /// <inheritdoc/>
    public void Cancel() => _cancelled.Cancel();

    /// <inheritdoc/>
    public override bool Execute()
    {
        DateTime started = DateTime.UtcNow;
        OutputDirectory = Path.GetFullPath(OutputDirectory);
        HashSet<string> produced = new(FilePaths.Comparer);
        try
        {
            Directory.CreateDirectory(OutputDirectory);
            File.Delete(Stamp);
            if (Models.Length > 0 || MentionsModels(Assembly))
            {
                var session = new WorkerSession(
                    Log, ProjectFile, HelpDirectory, Path.Combine(OutputDirectory, "progress.json"));
                if (!CanStart() || !Work(session, produced))
                    return false;
                File.WriteAllLines(InputList, session.Inputs.Distinct());
            }
            else
            {
                File.WriteAllLines(InputList, []);
            }

            RemoveCheckpoints();
            File.WriteAllLines(Stamp, produced.Where(File.Exists));
            File.SetLastWriteTimeUtc(Stamp, started);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Error(
                Codes.NotWritten,
                $"Cannot write to '{OutputDirectory}': {e.Message} Free some space on the disk or make the folder "
                    + "writable, then build again.");
            return false;
        }
        finally
        {
            RemoveAllBut(produced);
        }
    }

    private bool CanStart()
    {
        if (IsInsideBuild)
        {
            Error(
                Codes.BuildInsideBuild,
                "This build was started by code that QDrop runs during another build, and calibrating here could go "
                    + $"on without end. Build '{ProjectFile}' beforehand, or set QDropEnabled to false for it.");
            return false;
        }

        if (!File.Exists(Calibrator))
        {
            Error(
                Codes.CalibratorNotStarted,
                $"The calibrator '{Calibrator}' does not exist. Restore the package QDrop again, or correct the "
                    + "property QDropCalibratorPath.");
            return false;
        }

        if (!string.IsNullOrEmpty(Threads) && !(int.TryParse(Threads, out int threads) && threads is > 0 and <= 4096))
        {
            Error(
                Codes.NoValue,
                $"QDropThreads = {Threads} cannot be used: expected a whole number from 1 to 4096. Leave the property "
                    + "out for one thread per processor.");
            return false;
        }

        if (!string.IsNullOrEmpty(MemoryLimit) && !(int.TryParse(MemoryLimit, out int limit) && limit > 0))
        {
            Error(
                Codes.NoValue,
                $"QDropMemoryLimit = {MemoryLimit} cannot be used: expected a whole number of MiB, at least 1. Leave "
                    + "the property out for no limit.");
            return false;
        }

        if (BindingCheck.Fault(NativeLibraries.Select(FullPath), CppLibrary) is { } fault)
        {
            Error(fault.Code, fault.Message);
            return false;
        }

        return true;
    }

    private bool Work(WorkerSession session, HashSet<string> produced)
    {
        WorkerProcess worker;
        string host = string.IsNullOrEmpty(DotNetHost) ? "dotnet" : DotNetHost!;
        List<string> arguments = Arguments();
        Log.LogMessage(MessageImportance.Low, "{0}", host + " " + CommandLine.Join(arguments));
        try
        {
            worker = WorkerProcess.Start(host, arguments, Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!);
        }
        catch (Win32Exception e)
        {
            Error(
                Codes.CalibratorNotStarted,
                $"The calibrator cannot be started with '{host}': {e.Message}. Install the .NET SDK, or correct the "
                    + "property QDropDotNetHost.");
            return false;
        }

        using (worker)
        {
            string request = JsonLine.Write(Request());
            Log.LogMessage(MessageImportance.Low, "{0}", request);
            bool succeeded = session.Run(worker, request, _cancelled.Token);
            produced.UnionWith(session.Produced);
            return succeeded && !Log.HasLoggedErrors;
        }
    }

    private List<string> Arguments()
    {
        List<string> arguments = ["exec"];
        if (!string.IsNullOrEmpty(DependencyFile) && File.Exists(DependencyFile))
        {
            try
            {
                Build.DependencyFile.WritePackagesOnly(DependencyFile!, WorkerDependencyFile);
                arguments.AddRange(["--depsfile", WorkerDependencyFile]);
            }
            catch (XmlException e)
            {
                Log.LogMessage(MessageImportance.Low, "{0}", $"'{DependencyFile}' is not used: {e.Message}");
            }
        }

        // A library has none of its own: then the calibrator's counts, which the host finds beside it.
        if (!string.IsNullOrEmpty(RuntimeConfiguration) && File.Exists(RuntimeConfiguration))
            arguments.AddRange(["--runtimeconfig", Path.GetFullPath(RuntimeConfiguration)]);
        foreach (string folder in PackageFolders.Where(Directory.Exists))
            arguments.AddRange(["--additionalprobingpath", folder.TrimEnd('/', '\\')]);
        arguments.Add(Path.GetFullPath(Calibrator));
        return arguments;
    }

    private static string FullPath(ITaskItem item) => item.GetMetadata("FullPath");

    private WorkerRequest Request()
    {
        string project = Path.GetFullPath(ProjectFile);
        return new WorkerRequest
        {
            Assembly = Path.GetFullPath(Assembly),
            ProjectFile = project,
            ProjectDirectory = Path.GetDirectoryName(project)!,
            OutputDirectory = OutputDirectory,
            BaseDirectory = Path.GetFullPath(BaseDirectory),
            CacheDirectory = string.IsNullOrEmpty(CacheDirectory) ? null : Path.GetFullPath(CacheDirectory),
            Threads = string.IsNullOrEmpty(Threads)
                ? 0
                : int.Parse(Threads, System.Globalization.CultureInfo.InvariantCulture),
            MemoryLimit = string.IsNullOrEmpty(MemoryLimit)
                ? 0
                : int.Parse(MemoryLimit, System.Globalization.CultureInfo.InvariantCulture),
            BuildProcess = Process.GetCurrentProcess().Id,
            Overrides =
            [
                .. Overrides
                    .Select(static o => new NamedValue { Name = o.ItemSpec, Value = o.GetMetadata("Value") })
                    .Where(static o => o.Value.Length > 0),
            ],
            Models = [.. Models.Select(Item)],
            References = [.. NativeLibraries.Concat(References).Select(FullPath).Distinct()],
        };

        static ModelItem Item(ITaskItem item) => new()
        {
            Name = item.ItemSpec,
            DefiningFile = item.GetMetadata("DefiningProjectFullPath"),
            Metadata = [.. ModelMetadata.Of(item)],
        };
    }

    /// <summary>
    /// Removes what the worker left that is no finished result, and the results of models that are gone or failed.
    /// </summary>
    private void RemoveAllBut(HashSet<string> produced)
    {
        if (!Directory.Exists(OutputDirectory))
            return;
        foreach (string pattern in new[]
            {
                "*.qdrop.safetensors",
                "*.qdrop.onnx",
                "*.qdrop.json",
                "*.qdrop.html",
                "*.qdrop.key",
                "*.qdrop.outputs",
                ".qdrop-*",
                "worker.deps.json",
            })
        {
            foreach (string file in Directory.GetFiles(OutputDirectory, pattern).Where(f => !produced.Contains(f)))
            {
                try
                {
                    File.Delete(file);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    Error(
                        Codes.NotWritten,
                        $"Cannot delete '{file}', which is not valid: {e.Message} Delete it by hand.");
                }
            }
        }
    }

    /// <summary>
    /// Removes checkpoints of models that are gone or calibrated by now. While a build fails or is stopped, they stay.
    /// </summary>
    private void RemoveCheckpoints()
    {
        foreach (string file in Directory.GetFiles(OutputDirectory, "*.qdrop.checkpoint"))
            File.Delete(file);
    }

    private void Error(string code, string message) =>
        Log.LogError(
            "QDrop", code, null, WorkerSession.HelpLink(HelpDirectory, code), ProjectFile, 0, 0, 0, 0, message);

    /// <summary>
    /// Whether the assembly can have quantized models: then it refers to the attribute that marks their twins, and
    /// holds its name in UTF-8. A look at the bytes spares projects without models the start of a worker.
    /// </summary>
    private static bool MentionsModels(string assembly)
    {
        byte[] bytes = File.ReadAllBytes(assembly);
        byte[] name = Encoding.ASCII.GetBytes("QuantizedModelAttribute");
        return bytes.AsSpan().IndexOf(name) >= 0;
    }
}
