using System.ComponentModel;
using TorchSharp;

namespace QDrop.CompilerServices;

/// <summary>
/// What a twin's <c>forward</c> says about gradients. In a program it holds as it is written. While a model is
/// quantized, gradients show what is made of what and are learned from, whether the model asks for them or not.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GradientMode
{
    [ThreadStatic]
    private static GradientRule _rule;

    /// <summary>Stands for <see cref="torch.no_grad"/>.</summary>
    /// <returns>Ends it.</returns>
    public static IDisposable no_grad() => Set(() => torch.no_grad());

    /// <summary>Stands for <see cref="torch.enable_grad"/>.</summary>
    /// <param name="enabled">Whether gradients are recorded.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable enable_grad(bool enabled = true) => Set(() => torch.enable_grad(enabled));

    /// <summary>Stands for <see cref="torch.set_grad_enabled"/>.</summary>
    /// <param name="mode">Whether gradients are recorded.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable set_grad_enabled(bool mode = true) => Set(() => torch.set_grad_enabled(mode));

    /// <summary>Stands for <see cref="torch.inference_mode"/>.</summary>
    /// <param name="mode">Whether it is on.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable inference_mode(bool mode = true) => Set(() =>
        _rule == GradientRule.Stopped ? torch.enable_grad(!mode) : torch.inference_mode(mode));

    /// <summary>This thread follows another rule until the result is disposed.</summary>
    internal static IDisposable Follow(GradientRule rule)
    {
        var until = new Until(_rule);
        _rule = rule;
        return until;
    }

    private static IDisposable Set(Func<IDisposable> set) => _rule == GradientRule.Ignored ? new Nothing() : set();

    private sealed class Until(GradientRule before) : IDisposable
    {
        public void Dispose() => _rule = before;
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}

/// <summary>What is made of what a twin's <c>forward</c> says about gradients.</summary>
internal enum GradientRule
{
    /// <summary>It holds as it is written.</summary>
    AsWritten,

    /// <summary>
    /// Gradients end where it says so. Values that <c>inference_mode</c> makes cannot be used where gradients are
    /// recorded, so it stops them no more than <c>no_grad</c> does.
    /// </summary>
    Stopped,

    /// <summary>Gradients are recorded where the caller has it so.</summary>
    Ignored,
}
