using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains. It takes the native tensor over: the tensor it was made of is as if disposed.</summary>
public class Parameter : Tensor
{
    public Parameter(Tensor data, bool requires_grad = true) : this(data.OwningDisposeScope, data.DecoupleFromNativeHandle())
    {
        this.requires_grad = requires_grad;
    }

    private Parameter(DisposeScope? scope, nint handle) : base(handle)
    {
        if (scope is not null) MoveToOtherDisposeScope(scope);
    }
}
