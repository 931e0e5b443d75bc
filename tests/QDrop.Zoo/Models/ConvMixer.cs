using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision
{
    /// <summary>
    /// ConvMixer (Trockman and Kolter 2022), small. Its batch norms follow the activation function, so they stay
    /// functions.
    /// </summary>
    [Quantize(W = 8, A = 8)]
    public sealed partial class ConvMixer : Module<Tensor, Tensor>
    {
        private readonly Sequential body;

        public ConvMixer(int dim = 24, int depth = 3, int kernel = 5, int patch = 4, int classes = 10)
            : base(nameof(ConvMixer))
        {
            body = Sequential(Conv2d(3, dim, patch, stride: patch), GELU(), BatchNorm2d(dim));
            for (int i = 0; i < depth; i++)
            {
                body.append(
                    Residual.Around(
                        Sequential(
                            Conv2d(dim, dim, kernel, padding: Padding.Same, groups: dim), GELU(), BatchNorm2d(dim))));
                body.append(Sequential(Conv2d(dim, dim, kernel_size: 1), GELU(), BatchNorm2d(dim)));
            }
            body.append(AdaptiveAvgPool2d((1, 1)));
            body.append(Flatten());
            body.append(Linear(dim, classes));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => body.call(x);
    }

    internal static class Residual
    {
        public static Residual<T> Around<T>(T function) where T : Module<Tensor, Tensor> => new(function);
    }

    /// <summary>Adds to its input what a module makes of it.</summary>
    internal sealed partial class Residual<T> : Module<Tensor, Tensor> where T : Module<Tensor, Tensor>
    {
        private readonly T function;

        public Residual(T function) : base(nameof(Residual))
        {
            this.function = function;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => x + function.call(x);
    }
}
