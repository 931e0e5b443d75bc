using System;
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

    /// <summary>
    /// Draws weights with which values keep their scale from layer to layer, and the scales, shifts and statistics of
    /// batch norms.
    /// </summary>
    public static void Draw(Module model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        random.manual_seed(1);
        foreach ((string name, Module module) in model.named_modules())
        {
            switch (module)
            {
                case Linear m:
                    (m.weight, m.bias) = (Weight(m.weight!), Bias(m.bias));
                    break;
                // MobileNetV3's: SqueezeExcitationTests says what differs above 6.
                case Conv2d m when name.EndsWith(".fc1", StringComparison.Ordinal):
                    (m.weight, m.bias) = (Weight(m.weight!, scale: 0.01), Bias(m.bias));
                    break;
                case Conv2d m:
                    (m.weight, m.bias) = (Weight(m.weight!), Bias(m.bias));
                    break;
                case BatchNorm m:
                    (m.weight, m.bias) = (Uniform(m.weight!, 0.5, 1.5), Bias(m.bias));
                    (m.running_mean, m.running_var) =
                        (Uniform(m.running_mean!, -0.1, 0.1), Uniform(m.running_var!, 0.5, 1.5));
                    m.num_batches_tracked = tensor(0L).DetachFromDisposeScope();
                    break;
            }
        }
    }

    private static Parameter Weight(Tensor like, double scale = 1)
    {
        double bound = scale * Math.Sqrt(6.0 * like.shape[0] / like.numel());
        return Uniform(like, -bound, bound);
    }

    private static Parameter? Bias(Tensor? like) => like is null ? null : Uniform(like, -0.1, 0.1);

    /// <summary>A tensor of the shape of another, which may be without values.</summary>
    private static Parameter Uniform(Tensor like, double low, double high) =>
        (Parameter)new Parameter(empty(like.shape).uniform_(low, high)).DetachFromDisposeScope();
}
