using System;
using QDrop.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models.Tests;

/// <summary>A model of the package beside torchvision's.</summary>
/// <param name="Descriptor">What the generator knows of the package's model.</param>
/// <param name="CreateTheirs">Makes torchvision's model.</param>
/// <param name="Size">Height and width of the images.</param>
internal sealed record ModelCase(
    QuantizedModelDescriptor Descriptor, Func<Module<Tensor, Tensor>> CreateTheirs, int Size)
{
    /// <summary>Name of the class of the package.</summary>
    public string Name => Descriptor.Name[$"{nameof(QDrop)}.{nameof(Models)}.{nameof(Tests)}.My".Length..];

    /// <summary>Makes the package's model and torchvision's, with names and shapes of weights, but no values.</summary>
    public (Module<Tensor, Tensor> Ours, Module<Tensor, Tensor> Theirs) CreateWithoutValues()
    {
        Device device = get_default_device();
        set_default_device(META);
        try
        {
            return ((Module<Tensor, Tensor>)Descriptor.CreateModel(), CreateTheirs());
        }
        finally
        {
            set_default_device(device);
        }
    }

    /// <summary>Makes the twin of the package's model, its quantizers off.</summary>
    public Module<Tensor, Tensor> ToQuantized(Module<Tensor, Tensor> model) => QuantizedModel.Create(Descriptor, model);

    /// <summary>Images <c>[2, 3, Size, Size]</c>.</summary>
    public Tensor Images()
    {
        random.manual_seed(2);
        return randn(2, 3, Size, Size);
    }
}
