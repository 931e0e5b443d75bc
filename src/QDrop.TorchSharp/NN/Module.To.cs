namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Converted(dtype, device, non_blocking);

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
                => Converted(null, new Device(deviceType, deviceIndex), non_blocking);

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking) => Converted(dtype, null, non_blocking);

            /// <summary>Moves and converts the module to a tensor's device and element type.</summary>
            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            /// <summary>Converts this module's tensors and those below, in place: references to parameters stay valid.</summary>
            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                foreach (Module child in _internal_submodules.Values) child._toEpilog(dtype, device, non_blocking);
                using var _ = no_grad();
                foreach (Tensor parameter in _internal_params.Values)
                {
                    Convert(parameter, dtype, device, non_blocking);
                    using Tensor? gradient = parameter.grad;
                    if (gradient is not null) Convert(gradient, dtype, device, non_blocking);
                }

                foreach ((Tensor buffer, bool _) in _internal_buffers.Values) Convert(buffer, dtype, device, non_blocking);
            }

            private Module Converted(ScalarType? dtype, Device? device, bool non_blocking)
            {
                if (dtype is { } type && !IsFloat(type))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={type}");
                _toEpilog(dtype, device, non_blocking);
                return this;
            }

            private static void Convert(Tensor tensor, ScalarType? dtype, Device? device, bool non_blocking)
            {
                // Integer buffers, such as a counter of batches, keep their type.
                ScalarType type = dtype is { } wanted && IsFloat(tensor.dtype) ? wanted : tensor.dtype;
                if (type == tensor.dtype && (device is null || device.type == tensor.device_type)) return;
                using Tensor converted = Aten.Call("to.device", tensor, device ?? tensor.device, type, non_blocking);
                Aten.CallVoid("set_data", tensor, converted);
            }

            private static bool IsFloat(ScalarType type) => type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64
                or ScalarType.BFloat16 or ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
        }
    }
}
