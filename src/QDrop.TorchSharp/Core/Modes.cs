namespace TorchSharp;

public enum DebugMode { @default = 0, warn = 1 }

/// <summary>Makes backward name the forward operation that failed, and optionally refuse NaN, until it is disposed.</summary>
public class AnomalyMode : IDisposable
{
    private readonly bool _enabledBefore = IsEnabled;
    private readonly bool _checkedBefore = ShouldCheckNaN;

    public AnomalyMode(bool enabled, bool check_nan = true) => Native.qd_set_anomaly(enabled ? 1 : 0, check_nan ? 1 : 0);

    public static bool IsEnabled => Native.qd_anomaly() != 0;

    public static bool ShouldCheckNaN => Native.qd_anomaly_checks_nan() != 0;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => Native.qd_set_anomaly(_enabledBefore ? 1 : 0, _checkedBefore ? 1 : 0);
}

// Settings of the whole process that libtorch keeps.
public static partial class torch
{
    /// <summary>The type of floating-point tensors whose type is not given.</summary>
    public static ScalarType get_default_dtype() => (ScalarType)Native.qd_default_dtype();

    public static void set_default_dtype(ScalarType dtype) => Native.Check(Native.qd_set_default_dtype((int)dtype));

    public static bool are_deterministic_algorithms_enabled() => Native.qd_deterministic() != 0;

    public static bool is_deterministic_algorithms_warn_only_enabled() => Native.qd_deterministic_warn_only() != 0;

    /// <summary>Operators without a deterministic algorithm fail, or warn, until the result is disposed.</summary>
    public static IDisposable use_deterministic_algorithms(bool mode = true, bool warn_only = false) => new DeterministicScope(mode, warn_only);

    /// <summary>Does nothing: failures are thrown where they happen and none is ever pending.</summary>
    public static void CheckForErrors() { }

    public static FInfo finfo() => finfo(get_default_dtype());

    /// <summary>The numeric limits of a floating-point type.</summary>
    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.Float16 => new(16, Math.Pow(2, -10), 65504, Math.Pow(2, -14), 1e-3),
        ScalarType.BFloat16 => new(16, Math.Pow(2, -7), (double)BFloat16.MaxValue, Math.Pow(2, -126), 1e-2),
        ScalarType.Float32 or ScalarType.ComplexFloat32 => new(32, Math.Pow(2, -23), float.MaxValue, Math.Pow(2, -126), 1e-6),
        ScalarType.Float64 or ScalarType.ComplexFloat64 => new(64, Math.Pow(2, -52), double.MaxValue, Math.Pow(2, -1022), 1e-15),
        _ => throw new ArgumentException($"{dtype} is not a floating-point type.", nameof(dtype)),
    };

    public static long max_int_value(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => throw new ArgumentException($"{type} is not an integer type.", nameof(type)),
    };

    public static partial class autograd
    {
        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);
    }

    /// <summary>The numeric limits of a floating-point type.</summary>
    public struct FInfo
    {
        internal FInfo(int bits, double eps, double max, double smallestNormal, double resolution)
        {
            this.bits = bits;
            this.eps = eps;
            this.max = max;
            min = -max;
            tiny = smallest_normal = smallestNormal;
            this.resolution = resolution;
        }

        public int bits;
        public double eps;
        public double max;
        public double min;
        public double tiny;
        public double smallest_normal;
        public double resolution;
    }

    private sealed class DeterministicScope : IDisposable
    {
        private readonly int _modeBefore = Native.qd_deterministic();
        private readonly int _warnBefore = Native.qd_deterministic_warn_only();

        internal DeterministicScope(bool mode, bool warnOnly) => Native.qd_set_deterministic(mode ? 1 : 0, warnOnly ? 1 : 0);

        public void Dispose() => Native.qd_set_deterministic(_modeBefore, _warnBefore);
    }
}
