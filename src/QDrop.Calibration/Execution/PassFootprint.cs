using QDrop.CompilerServices;
using QDrop.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Execution;

/// <summary>
/// The memory that one sample takes in a pass through the model, as tensors that live at the same time: found where the
/// model runs on a few samples, from shapes alone, so that it is the same whenever it is found.
/// </summary>
internal sealed class PassFootprint
{
    private readonly Dictionary<Unit, UnitFootprint> _units = [];

    /// <summary>Bytes of all units.</summary>
    public IReadOnlyDictionary<Unit, UnitFootprint> Units => _units;

    /// <summary>Bytes between units: what they give, and what the model's code makes of it until it returns.</summary>
    public long Between { get; private set; }

    /// <summary>Bytes of a pass that frees what a unit has computed on the way.</summary>
    public long Pass => Between + _units.Values.Select(static u => u.Inside).DefaultIfEmpty(0).Max();

    /// <summary>Bytes of a pass that keeps everything, as one does that gradients go back through.</summary>
    public long Everything => Between + _units.Values.Sum(static u => u.Inside);

    /// <summary>Notes a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="samples">Samples that it has computed.</param>
    /// <param name="inputs">What went into it.</param>
    /// <param name="outputs">What came out of it.</param>
    /// <param name="scope">Has what it has made, copies of the inputs included.</param>
    public void Add(Unit unit, long samples, Bundle inputs, Bundle outputs, DisposeScope scope)
    {
        IReadOnlyList<long> inside = Storages(scope.DisposablesView.OfType<Tensor>().Concat(outputs.Tensors));
        _units[unit] = new(
            Share(Storages(inputs.Tensors).Sum(), samples),
            Share(inside.Sum(), samples),
            Share(Storages(outputs.Tensors).Sum(), samples),
            Share(inside.DefaultIfEmpty(0).Max(), samples));
    }

    /// <summary>Notes what is there when the model has run.</summary>
    /// <param name="samples">Samples that it has computed.</param>
    /// <param name="scope">Has what was made outside of units, and what they gave.</param>
    public void End(long samples, DisposeScope scope) =>
        Between = Share(Storages(scope.DisposablesView.OfType<Tensor>()).Sum(), samples);

    private static long Share(long bytes, long samples) => (bytes + samples - 1) / samples;

    /// <summary>Bytes of each piece of memory that tensors have. Views have that of others.</summary>
    private static IReadOnlyList<long> Storages(IEnumerable<Tensor> tensors)
    {
        using IDisposable guard = no_grad();
        var found = new Dictionary<nint, long>();
        foreach (Tensor tensor in tensors.Where(static t => !t.IsInvalid && t.numel() > 0 && DenseMemory.IsDense(t)))
        {
            nint address = DenseMemory.Address(tensor);
            found[address] = Math.Max(
                found.GetValueOrDefault(address), tensor.numel() * tensor.element_size());
        }
        return [.. found.Values];
    }
}

/// <summary>Bytes that one sample takes in a unit.</summary>
/// <param name="Inputs">What goes into it.</param>
/// <param name="Inside">All that is made in it, a copy of the inputs and the outputs included.</param>
/// <param name="Outputs">What comes out of it.</param>
/// <param name="Largest">The largest tensor.</param>
internal sealed record UnitFootprint(long Inputs, long Inside, long Outputs, long Largest);
