using QDrop.Layers.Families;
using static TorchSharp.torch.nn;

namespace QDrop.Calibration.Execution;

/// <summary>
/// Counts the multiply-accumulates of the layers with weights that a twin calls as they are, because they stay float.
/// </summary>
internal sealed class FloatCost : IDisposable
{
    private readonly List<Action> _hooks = [];
    private readonly Dictionary<string, long> _counts = [];

    /// <param name="model">The float model.</param>
    public FloatCost(Module model)
    {
        // What attention has inside is counted with it.
        HashSet<Module> inner = [.. model.modules().Where(IsAttention).SelectMany(static a => a.modules())];
        foreach ((string name, Module module) in model.named_modules())
        {
            if (IsAttention(module) || !inner.Contains(module))
                Watch(name, module);
        }
    }

    /// <summary>Multiply-accumulates so far, of each layer that has run.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <inheritdoc/>
    public void Dispose() => _hooks.ForEach(static remove => remove());

    private static bool IsAttention(Module module) => LayerFamilies.KindOf(module) == LayerKind.Attention;

    private void Watch(string name, Module module)
    {
        if (LayerFamilies.Of(module)?.CountFloat(module, Add) is { } remove)
            _hooks.Add(remove);

        void Add(long count)
        {
            if (count > 0)
                _counts[name] = _counts.GetValueOrDefault(name) + count;
        }
    }
}
