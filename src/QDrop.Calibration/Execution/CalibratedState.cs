using QDrop.Artifacts;
using QDrop.CompilerServices;
using QDrop.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>Takes the quantized model out of a calibrated twin.</summary>
internal static class CalibratedState
{
    /// <summary>Inputs on which is seen what the quantized model uses.</summary>
    private const int Samples = 2;

    /// <summary>The quantized model, its tensors outside every dispose scope.</summary>
    public static QuantizedModelState Of(CalibrationContext calibration, IReadOnlyList<Unit> units)
    {
        using IDisposable guard = no_grad();
        QuantizationContext context = calibration.Quantization;
        new IntegerProducts(calibration).RoundBiases();
        QuantizedLayerState[] layers = TwinState.Layers(context);
        ActivationState[] activations = TwinState.Activations(context);
        var manifest = new Manifest
        {
            Model = calibration.Descriptor.Name,
            Fingerprint = calibration.Descriptor.Fingerprint,
            Settings = calibration.Settings,
            Units =
            [
                .. units.Select(u => new UnitState(
                    u.Name, u.IsBlock, [.. u.Layers.Select(l => l.Name)], [.. u.Activations.Select(a => a.Name)])),
            ],
            Passes = context.PassCounts.Repeated,
            Places = context.Places.Found(activations.Select(static a => a.Name).ToHashSet().Contains),
            Loops = context.PassCounts.Loops,
            WeightsHash = calibration.WeightsHash,
            CalibrationHash = calibration.CalibrationHash,
            Versions = LibraryVersions.Current(),
        };
        using DisposeScope scope = NewDisposeScope();
        IReadOnlySet<string> used = Uses(calibration.Batches.Spread(Samples));
        QuantizedModelState state = State();
        var check = new LoadedCheck(calibration);
        // A few inputs may use what others do not.
        while (check.Find(state) is { } found)
        {
            IReadOnlySet<string> more = Uses(found.Inputs);
            if (more.IsSubsetOf(used))
                throw NotLoaded(calibration.Descriptor.Name, found.How);
            used = used.Union(more).ToHashSet(StringComparer.Ordinal);
            state = State();
        }
        return state with
        {
            Program = ProgramRecording.Of(
                calibration.Twin,
                calibration.Batches.Spread(Samples),
                calibration.Batches.Spread(Samples + 1),
                ProgramRecording.DataOf(state.Layers, state.Activations, state.FloatTensors)),
        };

        IReadOnlySet<string> Uses(Bundle inputs) =>
            new FloatUses(calibration.Runner, context, inputs).Find(calibration.Twin.Float);

        QuantizedModelState State() => new(
            manifest,
            layers,
            activations,
            StateBinding.FloatTensors(calibration.Twin.Float, context, used)
                .ToDictionary(static t => t.Key, static t => TwinState.Own(t.Value)));
    }

    private static QDropException NotLoaded(string name, string how) => new(
        Codes.LoadedDiffers,
        $"The quantized '{name}' gives something else when it is loaded: {how}. Loading calls the constructor and "
            + "copies the tensors of state_dict. Expected that nothing else decides what forward computes: register "
            + "tensors that do not come from the inputs as parameters or persistent buffers, let no constructor draw "
            + "others at random, and set properties in the constructor.");
}
