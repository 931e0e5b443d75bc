using System;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models.Tests;

/// <summary>A model of the package as a part of another model.</summary>
public sealed class PartTests
{
    [Fact]
    public void The_twin_of_a_model_with_one_in_a_field_computes_what_the_model_computes()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Tagger model = new();
        Weights.Draw(model);
        model.eval();
        using var twin = model.ToQuantized();
        Tensor images = randn(2, 3, 64, 64);

        Tensor expected = model.call(images), found = twin.call(images);

        Assert.InRange(((found - expected).abs().max() / expected.abs().max()).ToDouble(), 0, 1e-4);
    }
}

[Quantize]
internal sealed partial class Tagger : Module<Tensor, Tensor>
{
    private readonly ResNet18 backbone = new(classes: 128);
    private readonly Module<Tensor, Tensor> head = Linear(128, 5);

    public Tagger() : base(nameof(Tagger)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(functional.relu(backbone.call(x)));
}
