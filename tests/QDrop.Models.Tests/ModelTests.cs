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

    [Theory]
    [MemberData(nameof(Names))]
    public void With_torchvisions_weights_a_model_computes_what_torchvisions_computes(string name)
    {
        ModelCase @case = Case(name);
        using DisposeScope scope = NewDisposeScope();
        using System.IDisposable noGrad = no_grad();
        using Module<Tensor, Tensor> ours = @case.Create(), theirs = @case.CreateTheirs();
        Weights.DrawNorms(theirs);
        Dictionary<string, Tensor> weights = theirs.state_dict();

        Assert.Equal(weights.Select(Describe), ours.state_dict().Select(Describe));
        ours.load_state_dict(weights);
        ours.eval();
        theirs.eval();
        double error = Error(theirs, ours, @case);

        // The input is scaled in double precision here, in single precision there.
        Assert.InRange(error, 0, name.StartsWith("Transforming", System.StringComparison.Ordinal) ? 1e-5 : 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_twin_without_quantizers_computes_what_its_model_computes(string name)
    {
        ModelCase @case = Case(name);
        using DisposeScope scope = NewDisposeScope();
        using System.IDisposable noGrad = no_grad();
        using Module<Tensor, Tensor> model = @case.Create();
        Weights.DrawNorms(model);
        model.eval();
        using Module<Tensor, Tensor> twin = @case.ToQuantized(model);
        twin.eval();

        double error = Error(model, twin, @case);

        Assert.InRange(error, 0, model.modules().Any(m => m is BatchNorm) ? 1e-4 : 0);
    }

    /// <summary>Greatest difference of the outputs, relative to the greatest output.</summary>
    private static double Error(Module<Tensor, Tensor> expected, Module<Tensor, Tensor> found, ModelCase @case)
    {
        Tensor e = expected.call(@case.Images()), f = found.call(@case.Images());
        Assert.Equal(e.shape, f.shape);
        double scale = e.abs().max().ToDouble(), error = (f - e).abs().max().ToDouble() / scale;
        Assert.True(scale > 0 && double.IsFinite(scale), $"outputs up to {scale}");
        return error;
    }

    private static string Describe(KeyValuePair<string, Tensor> entry) =>
        $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype}";

    private static ModelCase Case(string name) => ModelCases.All.Single(c => c.Name == name);
}
