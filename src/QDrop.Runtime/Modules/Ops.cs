using TorchSharp;

namespace QDrop.Modules;

/// <summary>
/// The tensor operations that generated twins may use. Each method says which TorchSharp members it stands for; the list on the class
/// names those that stay as they are written. Nothing else may appear in the <c>forward</c> of a quantized model.
/// </summary>
[Lowers(typeof(torch.Tensor), "shape", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "size", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "dim", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "ndim", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "Dimensions", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "numel", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "NumberOfElements", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "dtype", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "device", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "device_type", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "is_contiguous", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "MoveToOuterDisposeScope", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "DetachFromDisposeScope", Kind = OpKind.Neutral)]
[Lowers(typeof(torch.Tensor), "Dispose", Kind = OpKind.Neutral)]
[Lowers(typeof(DisposeScope), "MoveToOuter", Kind = OpKind.Neutral)]
[Lowers(typeof(DisposeScope), "Detach", Kind = OpKind.Neutral)]
[Lowers(typeof(torch), "NewDisposeScope", Kind = OpKind.Neutral)]
public static partial class Ops
{
}
