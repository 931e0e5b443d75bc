using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>
/// Stands in for training: seeded weights at which values keep their size through the layers, batch norms with scales,
/// shifts and the statistics of their inputs, so that folding them is not the identity. Small differences stay small on
/// the way through, as in trained networks and unlike in random ones, which would show the chaos of their weights
/// rather than quantization.
/// </summary>
internal static class TrainedModel
{
    private const int Passes = 15;
    private const int Samples = 16;

    // A relu after a batch norm without shift multiplies the variance of differences by π / (π − 1), layer by layer
    // (arXiv 1902.08129, section 3); after a shift of one deviation, by 1.12.
    private const double Shift = 1;

    // Residual branches start at 0 (arXiv 1706.02677, section 5.1) and grow in training; at full scale, differences
    // grow in every block.
    private const double BranchScale = 0.25;

    /// <summary>A new instance of a model, as if trained, in evaluation mode.</summary>
    public static Module Create(ZooModel zoo)
    {
        random.manual_seed(1);
        // Not within the scope: parameters end with the scope in which they are made.
        Module model = zoo.Descriptor.CreateModel();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Initialise(model, endsBranch: false);
        foreach ((string name, Module module) in model.named_modules())
            Initialise(module, zoo.BranchEnds.Any(name.EndsWith));
        model.train();
        for (int i = 0; i < Passes; i++)
            zoo.Forward(model, zoo.Inputs(Samples));
        model.eval();
        return model;
    }

    private static void Initialise(Module module, bool endsBranch)
    {
        switch (module)
        {
            case Convolution convolution:
                Weights(convolution.weight, convolution.bias, init.NonlinearityType.ReLU, endsBranch);
                break;
            case Linear linear:
                Weights(linear.weight, linear.bias, init.NonlinearityType.Linear, endsBranch);
                break;
            case BatchNorm norm:
                Scales(norm.weight, norm.bias, endsBranch ? BranchScale : 1, endsBranch ? 0 : Shift);
                break;
            case LayerNorm norm:
                Scales(norm.weight, norm.bias, scale: 1, shift: 0);
                break;
            case GroupNorm norm:
                Scales(norm.weight, norm.bias, scale: 1, shift: 0);
                break;
            case var own when own.GetType().Assembly == typeof(TrainedModel).Assembly:
                Own(own);
                break;
        }
    }

    private static void Own(Module module)
    {
        var parameters = module.named_parameters(recurse: false).ToDictionary(p => p.name, p => p.parameter);
        // A linear layer written by hand.
        if (parameters.GetValueOrDefault("weight") is { } weight && weight.dim() == 2)
        {
            Weights(weight, parameters.GetValueOrDefault("bias"), init.NonlinearityType.Linear, endsBranch: false);
            return;
        }
        // A class token or positions: after training, of the size of the values that they meet.
        foreach (Parameter parameter in parameters.Values)
            parameter.copy_(randn_like(parameter));
    }

    private static void Weights(Tensor weight, Tensor? bias, init.NonlinearityType nonlinearity, bool endsBranch)
    {
        double scale = endsBranch ? BranchScale : 1;
        init.kaiming_normal_(weight, nonlinearity: nonlinearity).mul_(scale);
        bias?.copy_(randn_like(bias) * 0.1 * scale);
    }

    private static void Scales(Tensor? weight, Tensor? bias, double scale, double shift)
    {
        weight?.copy_((rand_like(weight) + 0.5) * scale);
        bias?.copy_(randn_like(bias) * 0.2 * scale + shift);
    }
}
