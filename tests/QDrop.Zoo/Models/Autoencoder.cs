using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Vision;

/// <summary>
/// A convolutional autoencoder: images <c>[N, 3, 32, 32]</c> to a code of 32 numbers and back. Its halves are
/// properties.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class Autoencoder : Module<Tensor, Tensor>
{
    public Autoencoder(int latent = 32) : base(nameof(Autoencoder))
    {
        Encoder = Sequential(
            Conv2d(3, 8, 3, stride: 2, padding: 1), BatchNorm2d(8), LeakyReLU(0.2),
            Conv2d(8, 16, 3, stride: 2, padding: 1), BatchNorm2d(16), LeakyReLU(0.2),
            Flatten(), Linear(16 * 8 * 8, latent));
        Decoder = Sequential(
            Linear(latent, 16 * 8 * 8), ReLU(), Unflatten(1, [16, 8, 8]),
            ConvTranspose2d(16, 8, 4, stride: 2, padding: 1), BatchNorm2d(8), ReLU(),
            ConvTranspose2d(8, 3, 4, stride: 2, padding: 1), Tanh());

        register_module("encoder", Encoder);
        register_module("decoder", Decoder);
    }

    public Sequential Encoder { get; }

    [Quantize(W = 8)]
    public Sequential Decoder { get; }

    public override Tensor forward(Tensor x)
    {
        Tensor latent = Encoder.call(x);
        return Decoder.call(latent);
    }
}
