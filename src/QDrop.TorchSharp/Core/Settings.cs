namespace TorchSharp;

public static partial class torch
{
    public static readonly ScalarType uint8 = ScalarType.Byte;
    public static readonly ScalarType int8 = ScalarType.Int8;
    public static readonly ScalarType int16 = ScalarType.Int16;
    public static readonly ScalarType int32 = ScalarType.Int32;
    public static readonly ScalarType int64 = ScalarType.Int64;
    public static readonly ScalarType float16 = ScalarType.Float16;
    public static readonly ScalarType float32 = ScalarType.Float32;
    public static readonly ScalarType float64 = ScalarType.Float64;
    public static readonly ScalarType complex64 = ScalarType.ComplexFloat32;
    public static readonly ScalarType complex128 = ScalarType.ComplexFloat64;
    public static readonly ScalarType bfloat16 = ScalarType.BFloat16;
    public static readonly ScalarType @bool = ScalarType.Bool;
    public static readonly ScalarType @short = ScalarType.Int16;
    public static readonly ScalarType @int = ScalarType.Int32;
    public static readonly ScalarType @long = ScalarType.Int64;
    public static readonly ScalarType half = ScalarType.Float16;
    public static readonly ScalarType @float = ScalarType.Float32;
    public static readonly ScalarType @double = ScalarType.Float64;
    public static readonly ScalarType cfloat = ScalarType.ComplexFloat32;
    public static readonly ScalarType cdouble = ScalarType.ComplexFloat64;
    public static readonly ScalarType qint8 = ScalarType.QInt8;
    public static readonly ScalarType quint8 = ScalarType.QUInt8;
    public static readonly ScalarType qint32 = ScalarType.QInt32;

    /// <summary>The version of the libtorch that is bound.</summary>
    public static string __version__ => Native.Version();

    public static int get_num_threads() => Native.qd_threads();
    public static void set_num_threads(int num) => Native.Check(Native.qd_set_threads(num));
    public static int get_num_interop_threads() => Native.qd_interop_threads();
    public static void set_num_interop_threads(int num) => Native.Check(Native.qd_set_interop_threads(num));

    /// <summary>Loads libtorch; the CPU is the only device of this binding.</summary>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"The device type {deviceType} was asked for; this binding of libtorch has the CPU only.");
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType is not (DeviceType.CPU or DeviceType.META)) return false;
        _ = Native.Version();
        return true;
    }

    public static Device InitializeDevice(Device? device)
    {
        device ??= CPU;
        InitializeDeviceType(device.type);
        return device;
    }

    /// <summary>CUDA, which this binding does not have.</summary>
    public static class cuda
    {
        public static bool is_available() => false;
        public static bool is_cudnn_available() => false;
        public static int device_count() => 0;

        /// <summary>Does nothing: there is no CUDA generator.</summary>
        public static void manual_seed(long seed) { }

        /// <summary>Does nothing: there is no CUDA generator.</summary>
        public static void manual_seed_all(long seed) { }

        /// <summary>Does nothing: no work is ever queued on CUDA.</summary>
        public static void synchronize(Device? device = null) { }
    }
}
