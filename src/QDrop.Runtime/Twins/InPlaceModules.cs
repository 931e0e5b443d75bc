using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <summary>
/// The modules of a model that change their argument in place. A twin treats them as functions, which is the same
/// unless the value is used again; discovery compares both.
/// </summary>
internal sealed class InPlaceModules
{
    private readonly Lock _lock = new();
    private readonly List<object> _seen = [];

    /// <summary>
    /// The modules that ran while <see cref="Acting"/> was set, in the order in which they first did.
    /// </summary>
    public IReadOnlyList<object> Seen => _seen;

    /// <summary>
    /// The modules that change the value that others see; all others get copies. <see langword="null"/> in a program
    /// and while the model is calibrated: a value is copied only where autograd needs it as it was.
    /// </summary>
    public IReadOnlyCollection<object>? Acting { get; set; }

    /// <summary>What a module that may change its argument is given.</summary>
    public Tensor Argument(object module, Tensor x)
    {
        if (Acting is not { } acting)
            return Ops.Own(x);
        See(module);
        return acting.Contains(module) ? x : x.clone();
    }

    /// <summary>Lets a ReLU change its argument, where chains otherwise compute it as a function.</summary>
    public Tensor Rectify(object module, Tensor x)
    {
        if (Acting is not { } acting)
            return x;
        See(module);
        return acting.Contains(module) ? x.relu_() : x;
    }

    private void See(object module)
    {
        lock (_lock)
        {
            if (!_seen.Contains(module))
                _seen.Add(module);
        }
    }
}
