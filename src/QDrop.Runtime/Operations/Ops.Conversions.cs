using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.CompilerServices;

/// <content>
/// Other element types and devices. <c>disposeAfter</c> is not followed: calibration may still need the tensor, and the
/// scope around the call disposes it.
/// </content>
public static partial class Ops
{
    /// <summary>Another element type.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    [Lowers(typeof(torch.Tensor), "to_type", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, ScalarType type, bool copy = false, bool disposeAfter = false,
        bool non_blocking = false) => input.to_type(type, copy, disposeAfter: false, non_blocking);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, torch.Device device, bool copy = false, bool disposeAfter = false,
        bool non_blocking = false) => input.to(device, copy, disposeAfter: false, non_blocking);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, string device, bool copy = false, bool disposeAfter = false,
        bool non_blocking = false) => input.to(device, copy, disposeAfter: false, non_blocking);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, DeviceType deviceType, int deviceIndex = -1, bool copy = false,
        bool disposeAfter = false, bool non_blocking = false) =>
        input.to(deviceType, deviceIndex, copy, disposeAfter: false, non_blocking);

    /// <summary>Another element type and device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, ScalarType type, torch.Device device, bool copy = false,
        bool disposeAfter = false, bool non_blocking = false) =>
        input.to(type, device, copy, disposeAfter: false, non_blocking);

    /// <summary>Half precision.</summary>
    [Lowers(typeof(torch.Tensor), "half", Kind = OpKind.PassThrough)]
    public static Tensor to_half(Tensor input) => input.half();

    /// <summary>Single precision.</summary>
    [Lowers(typeof(torch.Tensor), "float", Kind = OpKind.PassThrough)]
    public static Tensor to_float(Tensor input) => input.@float();

    /// <summary>Double precision.</summary>
    [Lowers(typeof(torch.Tensor), "double", Kind = OpKind.PassThrough)]
    public static Tensor to_double(Tensor input) => input.@double();

    /// <summary>Whole numbers of 32 bits.</summary>
    [Lowers(typeof(torch.Tensor), "int", Kind = OpKind.PassThrough)]
    public static Tensor to_int(Tensor input) => input.@int();

    /// <summary>Whole numbers of 64 bits.</summary>
    [Lowers(typeof(torch.Tensor), "long", Kind = OpKind.PassThrough)]
    public static Tensor to_long(Tensor input) => input.@long();

    /// <summary>Truth values.</summary>
    [Lowers(typeof(torch.Tensor), "bool", Kind = OpKind.PassThrough)]
    public static Tensor to_bool(Tensor input) => input.@bool();

    /// <summary>The processor's memory.</summary>
    [Lowers(typeof(torch.Tensor), "cpu", Kind = OpKind.PassThrough)]
    public static Tensor cpu(Tensor input) => Note.Same(input.cpu(), input);

    /// <summary>The element type and the device of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, Tensor other, bool non_blocking = false) => input.to(other, non_blocking);

    /// <summary>The element type of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "type_as", Kind = OpKind.PassThrough)]
    public static Tensor type_as(Tensor input, Tensor tensor) => input.type_as(tensor);

    /// <summary>Another element type.</summary>
    [Lowers(typeof(torch.Tensor), "type", Kind = OpKind.PassThrough)]
    public static Tensor type(Tensor input, ScalarType dtype) => input.type(dtype);

    /// <summary>Half precision with the range of single precision.</summary>
    [Lowers(typeof(torch.Tensor), "bfloat16", Kind = OpKind.PassThrough)]
    public static Tensor to_bfloat16(Tensor input) => input.bfloat16();

    /// <summary>Whole numbers of 16 bits.</summary>
    [Lowers(typeof(torch.Tensor), "short", Kind = OpKind.PassThrough)]
    public static Tensor to_short(Tensor input) => input.@short();

    /// <summary>Whole numbers of 8 bits without a sign.</summary>
    [Lowers(typeof(torch.Tensor), "byte", Kind = OpKind.PassThrough)]
    public static Tensor to_byte(Tensor input) => input.@byte();

    /// <summary>Whole numbers of 8 bits.</summary>
    [Lowers(typeof(torch.Tensor), "char", Kind = OpKind.PassThrough)]
    public static Tensor to_char(Tensor input) => input.@char();
}
