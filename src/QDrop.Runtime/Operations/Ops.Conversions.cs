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
        bool non_blocking = false) =>
        Note.Cast(input.to_type(type, copy, disposeAfter: false, non_blocking), input);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, torch.Device device, bool copy = false, bool disposeAfter = false,
        bool non_blocking = false) =>
        Note.Cast(input.to(device, copy, disposeAfter: false, non_blocking), input);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, string device, bool copy = false, bool disposeAfter = false,
        bool non_blocking = false) =>
        Note.Cast(input.to(device, copy, disposeAfter: false, non_blocking), input);

    /// <summary>Another device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, DeviceType deviceType, int deviceIndex = -1, bool copy = false,
        bool disposeAfter = false, bool non_blocking = false) =>
        Note.Cast(input.to(deviceType, deviceIndex, copy, disposeAfter: false, non_blocking), input);

    /// <summary>Another element type and device.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, ScalarType type, torch.Device device, bool copy = false,
        bool disposeAfter = false, bool non_blocking = false) =>
        Note.Cast(input.to(type, device, copy, disposeAfter: false, non_blocking), input);

    /// <summary>Half precision.</summary>
    [Lowers(typeof(torch.Tensor), "half", Kind = OpKind.PassThrough)]
    public static Tensor to_half(Tensor input) => Note.Cast(input.half(), input);

    /// <summary>Single precision.</summary>
    [Lowers(typeof(torch.Tensor), "float", Kind = OpKind.PassThrough)]
    public static Tensor to_float(Tensor input) => Note.Cast(input.@float(), input);

    /// <summary>Double precision.</summary>
    [Lowers(typeof(torch.Tensor), "double", Kind = OpKind.PassThrough)]
    public static Tensor to_double(Tensor input) => Note.Cast(input.@double(), input);

    /// <summary>Whole numbers of 32 bits.</summary>
    [Lowers(typeof(torch.Tensor), "int", Kind = OpKind.PassThrough)]
    public static Tensor to_int(Tensor input) => Note.Cast(input.@int(), input);

    /// <summary>Whole numbers of 64 bits.</summary>
    [Lowers(typeof(torch.Tensor), "long", Kind = OpKind.PassThrough)]
    public static Tensor to_long(Tensor input) => Note.Cast(input.@long(), input);

    /// <summary>Truth values.</summary>
    [Lowers(typeof(torch.Tensor), "bool", Kind = OpKind.PassThrough)]
    public static Tensor to_bool(Tensor input) => Note.Cast(input.@bool(), input);

    /// <summary>The processor's memory.</summary>
    [Lowers(typeof(torch.Tensor), "cpu", Kind = OpKind.PassThrough)]
    public static Tensor cpu(Tensor input) => Note.Same(input.cpu(), input);

    /// <summary>The element type and the device of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "to", Kind = OpKind.PassThrough)]
    public static Tensor to(Tensor input, Tensor other, bool non_blocking = false) =>
        Note.Cast(input.to(other, non_blocking), input);

    /// <summary>The element type of another tensor.</summary>
    [Lowers(typeof(torch.Tensor), "type_as", Kind = OpKind.PassThrough)]
    public static Tensor type_as(Tensor input, Tensor tensor) => Note.Cast(input.type_as(tensor), input);

    /// <summary>Another element type.</summary>
    [Lowers(typeof(torch.Tensor), "type", Kind = OpKind.PassThrough)]
    public static Tensor type(Tensor input, ScalarType dtype) => Note.Cast(input.type(dtype), input);

    /// <summary>Half precision with the range of single precision.</summary>
    [Lowers(typeof(torch.Tensor), "bfloat16", Kind = OpKind.PassThrough)]
    public static Tensor to_bfloat16(Tensor input) => Note.Cast(input.bfloat16(), input);

    /// <summary>Whole numbers of 16 bits.</summary>
    [Lowers(typeof(torch.Tensor), "short", Kind = OpKind.PassThrough)]
    public static Tensor to_short(Tensor input) => Note.Cast(input.@short(), input);

    /// <summary>Whole numbers of 8 bits without a sign.</summary>
    [Lowers(typeof(torch.Tensor), "byte", Kind = OpKind.PassThrough)]
    public static Tensor to_byte(Tensor input) => Note.Cast(input.@byte(), input);

    /// <summary>Whole numbers of 8 bits.</summary>
    [Lowers(typeof(torch.Tensor), "char", Kind = OpKind.PassThrough)]
    public static Tensor to_char(Tensor input) => Note.Cast(input.@char(), input);
}
