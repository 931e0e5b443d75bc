using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models.Tests;

/// <summary>Gives a model weights with which no part of it is the identity.</summary>
internal static class Weights
{
    /// <summary>Draws scales, shifts and statistics of batch norms, which start as the identity.</summary>
    public static void DrawNorms(Module model)
    {
        using DisposeScope scope = NewDisposeScope();
        using System.IDisposable noGrad = no_grad();
        random.manual_seed(1);
        foreach (Module module in model.modules())
        {
            if (module is not BatchNorm norm)
                continue;
            norm.weight!.copy_(rand_like(norm.weight) + 0.5);
            norm.bias!.copy_(randn_like(norm.bias) * 0.1);
            norm.running_mean!.copy_(randn_like(norm.running_mean) * 0.1);
            norm.running_var!.copy_(rand_like(norm.running_var) + 0.5);
        }
    }
}
