namespace TorchSharp;

public static partial class torch
{
    public static IDisposable no_grad() => new GradModeScope(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradModeScope(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradModeScope(mode);
    public static bool is_grad_enabled() => Native.qd_grad_enabled() != 0;
    public static IDisposable inference_mode(bool mode = true) => new InferenceModeScope(mode);
    public static bool is_inference_mode_enabled() => Native.qd_inference_enabled() != 0;

    /// <summary>Sets the thread's grad mode until it is disposed.</summary>
    private sealed class GradModeScope : IDisposable
    {
        private readonly int _before = Native.qd_grad_enabled();
        private bool _left;

        internal GradModeScope(bool enabled) => Native.qd_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_left) return;
            _left = true;
            Native.qd_set_grad_enabled(_before);
        }
    }

    /// <summary>Sets the thread's inference mode until it is disposed.</summary>
    private sealed class InferenceModeScope(bool enabled) : IDisposable
    {
        private nint _guard = Native.qd_enter_inference(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_guard == 0) return;
            Native.qd_leave_inference(_guard);
            _guard = 0;
        }
    }
}
