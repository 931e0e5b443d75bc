using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using QDrop.CompilerServices;
using QDrop.Native;
using QDrop.Protocol;
using TorchSharp;

namespace QDrop.Calibrator;

/// <summary>
/// Does what a request asks for: all models of the assembly that are named, or that name all they need.
/// </summary>
internal sealed class RequestJob(WorkerRequest request, WorkerChannel channel)
{
    private const string RuntimeName = "QDrop.Runtime";

    private const string SlowConvolutions =
        "This machine hides the sizes of its processor's caches, with which libtorch computes some convolutions "
            + "wrongly. So its "
        + $"convolutions run with older instructions, which is slower. {OneDnn.Variable}, if set, says otherwise.";

    private bool _failed;

    /// <returns>Whether there was no error.</returns>
    internal static bool Run(WorkerRequest request, WorkerChannel channel, CancellationToken stop)
    {
        var job = new RequestJob(request, channel);
        job.Run(stop);
        return !job._failed;
    }

    private void Run(CancellationToken stop)
    {
        List<string> done = [];
        if (RuntimeFits() && Load() is { } assembly)
            CalibrateAll(assembly, done, stop);
        if (_failed)
            done.Clear();
        channel.Send(
            new WorkerMessage
            {
                Kind = MessageKind.Summary,
                Text = done.Count == 0 ? null : "QDrop: " + string.Join(", ", done),
            });
    }

    /// <summary>The runtime is the project's, this program the package's: they must be of one release.</summary>
    private bool RuntimeFits()
    {
        string expected = Release(typeof(RequestJob).Assembly);
        try
        {
            string found = Release(Assembly.Load(RuntimeName));
            if (found == expected)
                return true;
            Fail(
                Codes.OtherRelease,
                $"The project uses {RuntimeName} {found}, but the package QDrop is {expected}. Reference the same "
                    + "version of both, or only QDrop, which brings its runtime.",
                Place.Of(request));
        }
        catch (FileNotFoundException)
        {
            Fail(
                Codes.OtherRelease,
                $"The project has models to quantize but no {RuntimeName}. Reference the package QDrop, which brings "
                    + "it, without PrivateAssets or ExcludeAssets for its compile assets.",
                Place.Of(request));
        }

        return false;
    }

    private static string Release(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split(
            '+')[0];

    private Assembly? Load()
    {
        try
        {
            return AssemblyLoadContext.Default.LoadFromAssemblyPath(request.Assembly);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            Fail(
                Codes.AssemblyNotLoaded,
                $"'{request.Assembly}' cannot be loaded: {e.Message} The calibrator runs on "
                    + $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, "
                    + $"{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}.",
                Place.Of(request));
            return null;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CalibrateAll(Assembly assembly, List<string> done, CancellationToken stop)
    {
        if (Descriptors(assembly) is not { } descriptors)
            return;
        List<ModelPlan> plans = Plans(descriptors);
        if (plans.Count == 0 || !TorchWorks())
            return;
        foreach (ModelPlan plan in plans)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                done.Add(new ModelJob(plan, request, channel, assembly).Run(stop));
            }
            catch (LocatedException e)
            {
                Fail(e.Code, e.Message, e.Place);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                _failed = true;
                channel.Send(Diagnosis.Internal(e, plan.Model));
            }
        }
    }

    /// <summary>What the generator registered; <see langword="null"/> where it cannot be loaded.</summary>
    private List<QuantizedModelDescriptor>? Descriptors(Assembly assembly)
    {
        try
        {
            return [.. RegisteredModels.Of(assembly)];
        }
        catch (Exception e)
            when (Diagnosis.Unwrap(e)
                    is FileNotFoundException
                        or FileLoadException
                        or TypeLoadException
                        or MissingMemberException
            )
        {
            Fail(
                Codes.AssemblyNotLoaded,
                $"The models of '{request.Assembly}' cannot be loaded: {Diagnosis.Describe(e)}. Something that the "
                    + "assembly refers to is missing or of another version than it was compiled with.",
                Place.Of(request));
            return null;
        }
    }

    private List<ModelPlan> Plans(List<QuantizedModelDescriptor> descriptors)
    {
        List<ModelPlan> plans = [];
        var items = request.Models.ToList();
        foreach (QuantizedModelDescriptor descriptor in descriptors)
        {
            var named = items.Where(i => Names(i, descriptor)).ToList();
            items.RemoveAll(named.Contains);
            if (named.Count > 1)
            {
                Fail(
                    Codes.TwoItems,
                    $"{named.Count} QDropModel items name {descriptor.Name}; a model has one artifact, so expected one "
                        + "item. Remove the others.",
                    Place.OfItem(named[^1]));
                continue;
            }

            var plan = new ModelPlan(descriptor, named.FirstOrDefault(), request);
            if (IsAskedFor(plan))
                plans.Add(plan);
        }

        foreach (ModelItem? item in items)
        {
            string known =
                descriptors.Count == 0
                    ? "it has none"
                    : "it has " + string.Join(", ", descriptors.Select(static d => d.Name));
            Fail(
                Codes.UnknownModel,
                $"The QDropModel item '{item.Name}' names no model of the assembly: expected the full name of a class "
                    + $"marked [Quantize]; {known}.",
                Place.OfItem(item));
        }

        foreach ((string? name, Place? place) in plans.SelectMany(static p => p.UnknownMetadata))
            channel.Send(
                Diagnosis.Warning(
                    Codes.UnknownMetadatum,
                    $"The metadatum {name} of the QDropModel item means nothing to QDrop and is ignored. Known are "
                        + $"{string.Join(", ", SettingNames.All)}.",
                    place));
        return plans;
    }

    /// <summary>Nested classes are written with '+' by reflection and with '.' in C#.</summary>
    private static bool Names(ModelItem item, QuantizedModelDescriptor descriptor) =>
        item.Name == descriptor.Name || item.Name == descriptor.Name.Replace('+', '.');

    private bool IsAskedFor(ModelPlan plan)
    {
        string name = plan.Descriptor.Name;
        if (plan.HasItem || (plan.Weights is not null && plan.HasCalibration))
            return true;
        if (plan.Weights is null && !plan.HasCalibration)
            channel.Log(
                $"{name} names neither weights nor calibration data, and no QDropModel item does: it is not calibrated."
            );
        else
        {
            string named = plan.Weights is null
                ? "calibration data but no weights"
                : "weights but no calibration data";
            channel.Send(
                Diagnosis.Warning(
                    Codes.HalfNamed,
                    $"{name} names {named}, so it is not calibrated. Name both, in [Quantize] or in a QDropModel item.",
                    plan.Model));
        }
        return false;
    }

    private bool TorchWorks()
    {
        try
        {
            Libtorch.Load(request.References);
            if (OneDnn.IsLimited)
                channel.Log(SlowConvolutions);
            torch.set_num_threads(request.Threads > 0 ? request.Threads : Environment.ProcessorCount);
            using torch.Tensor one = torch.ones(1);
            return true;
        }
        catch (QDropException e)
        {
            Fail(e.Code, e.Message, Place.Of(request));
        }
        catch (Exception e)
        {
            Fail(
                Codes.LibtorchNotLoaded,
                $"libtorch cannot be used on this machine: {Diagnosis.Describe(e)}",
                Place.Of(request));
        }

        return false;
    }

    private void Fail(string code, string message, Place place)
    {
        _failed = true;
        channel.Send(Diagnosis.Error(code, message, place));
    }
}
