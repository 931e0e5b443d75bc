using QDrop.Layers.Families;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// What a model's parameters and buffers are before it first runs: running it must not change them. An embedding with a
/// <c>max_norm</c> does, in the rows that are looked up.
/// </summary>
internal sealed class HeldTensors : IDisposable
{
    /// <summary>
    /// What an element may change by, in parts of its tensor's greatest: rows that have been renormalized once change
    /// by a rounding when they are again.
    /// </summary>
    private const double Rounding = 1e-6;

    private readonly Module _model;
    private readonly List<(string Name, Tensor Own, Tensor Copy)> _held;

    /// <summary>Copies the tensors.</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    public HeldTensors(Module model)
    {
        using IDisposable guard = no_grad();
        _model = model;
        _held =
        [
            .. model.state_dict().Select(static t =>
                (t.Key, t.Value, t.Value.detach().clone().DetachFromDisposeScope())),
        ];
    }

    /// <summary>
    /// Checks that running the model has not changed them, and that looking up any row of its embeddings does not. They
    /// are what they were afterwards, and the copies are freed.
    /// </summary>
    /// <param name="name">The model's name.</param>
    /// <exception cref="QDropException">It has (QDROP239).</exception>
    public void Check(string name)
    {
        using IDisposable guard = no_grad();
        // The inputs need not have all rows.
        foreach (Module module in _model.modules())
            LayerFamilies.Of(module)?.LookUpAll(module);
        string? change = _held.Select(t => Change(t.Name, t.Own, t.Copy)).FirstOrDefault(static c => c is not null);
        Dispose();
        if (change is null)
            return;
        throw new QDropException(
            Codes.ChangesItself,
            $"Running '{name}' in evaluation mode changes {change}. Expected parameters and buffers that stay as they "
                + "are: the quantized model has fixed weights and would compute something else. Of an embedding with "
                + "max_norm, renormalize the weights once before quantizing, or make it without max_norm, as the "
                + "model was trained; what other layers keep from one call to the next cannot be quantized. The "
                + "model's tensors are what they were before.");

        string? Change(string tensor, Tensor own, Tensor copy) =>
            FirstChange(own, copy) is { } found ? $"'{tensor}' of {OwnerOf(tensor)} ({found})" : null;
    }

    /// <summary>Gives the model what it held, unless that has been checked.</summary>
    public void Dispose()
    {
        // Within it, tensors may be written that were made within it.
        using IDisposable guard = inference_mode();
        foreach ((string _, Tensor own, Tensor copy) in _held)
        {
            if (!own.IsInvalid && !Same(own, copy))
                own.copy_(copy);
            copy.Dispose();
        }
        _held.Clear();
    }

    private string OwnerOf(string tensor)
    {
        string path = tensor.LastIndexOf('.') is var dot and >= 0 ? tensor[..dot] : "";
        return path.Length > 0 && _model.named_modules().FirstOrDefault(m => m.name == path).module is { } owner
            ? $"its {owner.GetType().Name} '{path}'"
            : "the model itself";
    }

    /// <summary>The element that has changed most, or <see langword="null"/> if none has.</summary>
    private static string? FirstChange(Tensor own, Tensor copy)
    {
        if (own.IsInvalid)
            return "it was disposed";
        if (Same(own, copy))
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor after = own.to_type(ScalarType.Float64).flatten(), before = copy.to_type(ScalarType.Float64).flatten();
        Tensor alike = after.eq(before).logical_or(after.isnan().logical_and(before.isnan()));
        Tensor apart = (after - before)
            .abs()
            .nan_to_num(double.MaxValue, double.MaxValue, double.MaxValue)
            .masked_fill(alike, 0);
        double greatest = before.abs().nan_to_num(0, 0, 0).max().ToDouble();
        long index = apart.argmax().ToInt64();
        return apart[index].ToDouble() <= (own.is_floating_point() ? Rounding * greatest : 0)
            ? null
            : FormattableString.Invariant(
                $"element {index} of {own.numel()} from {before[index].ToDouble():g4} to {after[index].ToDouble():g4}");
    }

    private static bool Same(Tensor own, Tensor copy)
    {
        using DisposeScope scope = NewDisposeScope();
        return own.detach().eq(copy).all().ToBoolean();
    }
}
