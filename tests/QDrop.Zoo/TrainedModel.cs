using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo;

/// <summary>
/// Stands in for training: seeded weights at which values keep their size through the layers, batch norms with scales, shifts and the
/// statistics of their inputs, so that folding them is not the identity.
/// </summary>
internal static class TrainedModel
{
    private const int Passes = 15;
    private const int Samples = 16;

    /// <summary>A new instance of a model, as if trained, in evaluation mode.</summary>
    public static Module Create(ZooModel zoo)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        random.manual_seed(1);
        Module model = zoo.Descriptor.CreateModel();
        foreach (Module module in model.modules().Prepend(model))
            Initialise(module);
        model.train();
        for (int i = 0; i < Passes; i++)
            zoo.Forward(model, zoo.Inputs(Samples));
        model.eval();
        return model;
    }

    private static void Initialise(Module module)
    {
        switch (module)
        {
            case Convolution convolution:
                Weights(convolution.weight, convolution.bias);
                break;
            case Linear linear:
                Weights(linear.weight, linear.bias, init.NonlinearityType.Linear);
                break;
            case BatchNorm norm:
                Scales(norm.weight, norm.bias);
                break;
            case LayerNorm norm:
                Scales(norm.weight, norm.bias);
                break;
            case var own when own.GetType().Assembly == typeof(TrainedModel).Assembly:
                // A class token or positions: after training, of the size of the values that they meet.
                foreach ((_, Parameter parameter) in own.named_parameters(recurse: false))
                    parameter.copy_(randn_like(parameter));
                break;
        }
    }

    private static void Weights(Tensor weight, Tensor? bias, init.NonlinearityType nonlinearity = init.NonlinearityType.ReLU)
    {
        init.kaiming_normal_(weight, nonlinearity: nonlinearity);
        bias?.copy_(randn_like(bias) * 0.1);
    }

    private static void Scales(Tensor? weight, Tensor? bias)
    {
        weight?.mul_(rand_like(weight) + 0.5);
        bias?.copy_(randn_like(bias) * 0.2);
    }
}
