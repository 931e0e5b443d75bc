using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models.Tests;

/// <summary>Gives a model weights with which no part of it is the identity.</summary>
internal static class Weights
{
    /// <summary>
    /// Gives a module the tensors of another with the same names, not copies: the largest models have more than 100
    /// million weights.
    /// </summary>
    public static void Share(Module from, Module to)
    {
        var targets = to.named_modules().ToDictionary(m => m.name, m => m.module);
        foreach ((string name, Module source) in from.named_modules())
        {
            switch (source, targets.GetValueOrDefault(name))
            {
                case (Linear a, Linear b):
                    (b.weight, b.bias) = (a.weight, a.bias);
                    break;
                case (Conv2d a, Conv2d b):
                    (b.weight, b.bias) = (a.weight, a.bias);
                    break;
                case (BatchNorm a, BatchNorm b):
                    (b.weight, b.bias) = (a.weight, a.bias);
                    (b.running_mean, b.running_var) = (a.running_mean, a.running_var);
                    b.num_batches_tracked = a.num_batches_tracked;
                    break;
            }
        }
    }

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
