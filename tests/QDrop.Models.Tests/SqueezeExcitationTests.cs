using System;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Models.Tests;

/// <summary>TorchVision's MobileNetV3 squeezes with ReLU6, PyTorch's with ReLU.</summary>
public sealed class SqueezeExcitationTests
{
    [Fact]
    public void Squeezed_values_above_6_are_not_cut()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SqueezeExcitation squeeze = new(channels: 4, squeezed: 2);
        foreach ((string name, Tensor parameter) in squeeze.named_parameters())
        {
            parameter.fill_(name switch
            {
                "fc1.bias" => 9,
                "fc2.weight" => 0.1,
                _ => 0,
            });
        }

        Tensor scaled = squeeze.call(ones(1, 4, 3, 3));

        // Hard sigmoid of 2 · 0.1 · 9; ReLU6 would give 0.7.
        Assert.Equal(1.8 / 6 + 0.5, scaled.max().ToDouble(), 1e-6);
        Assert.Equal(1.8 / 6 + 0.5, scaled.min().ToDouble(), 1e-6);
    }
}
