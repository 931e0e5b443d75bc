using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>New tensors for modules' parameters and buffers; a missing type or device is libtorch's default.</summary>
internal static class Fresh
{
    public static Tensor Empty(long[] shape, ScalarType? dtype, Device? device) => Aten.Call("empty.memory_format", shape, dtype, Value.None, device);

    public static Tensor Zeros(long[] shape, ScalarType? dtype, Device? device) => Aten.Call("zeros", shape, dtype, Value.None, device);

    public static Tensor Ones(long[] shape, ScalarType? dtype, Device? device) => Aten.Call("ones", shape, dtype, Value.None, device);
}
