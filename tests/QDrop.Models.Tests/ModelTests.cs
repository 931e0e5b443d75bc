using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Models.Tests;

/// <summary>What holds for every model of the package.</summary>
public sealed class ModelTests
{
    public static TheoryData<string> Names => [.. ModelCases.All.Select(c => c.Name)];

    // One test: some models have more than 100 million weights, which take seconds to draw and are drawn once.
    [Theory]
    [MemberData(nameof(Names))]
    public void With_torchvisions_weights_a_model_and_its_twin_compute_what_torchvisions_model_computes(string name)
    {
        ModelCase @case = ModelCases.All.Single(c => c.Name == name);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        (Module<Tensor, Tensor> ours, Module<Tensor, Tensor> theirs) = @case.CreateWithoutValues();
        using IDisposable first = ours, second = theirs;
        Weights.Draw(theirs);
        Dictionary<string, Tensor> weights = theirs.state_dict();

        Assert.Equal(weights.Select(Describe), ours.state_dict().Select(Describe));
        Weights.Share(theirs, ours);
        ours.load_state_dict(weights);
        ours.eval();
        theirs.eval();
        using Module<Tensor, Tensor> twin = @case.ToQuantized(ours);
        Tensor expected = theirs.call(@case.Images()), found = ours.call(@case.Images());
        Tensor ofTwin = twin.call(@case.Images());

        Assert.Equal(expected.shape, found.shape);
        // TorchVision scales its input in single precision.
        Assert.InRange(Error(expected, found), 0, name.StartsWith("Transforming", StringComparison.Ordinal) ? 1e-5 : 0);
        Assert.InRange(Error(found, ofTwin), 0, ours.modules().Any(m => m is BatchNorm) ? 1e-4 : 0);
    }

    /// <summary>Greatest difference, relative to the greatest expected value.</summary>
    private static double Error(Tensor expected, Tensor found)
    {
        double scale = expected.abs().max().ToDouble();
        Assert.True(scale > 0 && double.IsFinite(scale), $"outputs up to {scale}");
        return (found - expected).abs().max().ToDouble() / scale;
    }

    private static string Describe(KeyValuePair<string, Tensor> entry) =>
        $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype}";
}
