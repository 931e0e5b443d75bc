using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Audio;

/// <summary>
/// A convolutional network on raw sound (Dai et al. 2017, M5), small: waveforms <c>[N, 1, 1600]</c> to
/// log-probabilities <c>[N, 8]</c>. The other half of the class has <c>forward</c>.
/// </summary>
[Quantize(W = 8, A = 8)]
internal sealed partial class AudioNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1, conv2, conv3;
    private readonly Module<Tensor, Tensor> bn1, bn2, bn3;
    private readonly Module<Tensor, Tensor> pool;
    private readonly Module<Tensor, Tensor> fc1;

    internal AudioNet(string name = "M5", int n_channel = 16, int n_output = 8) : base(name)
    {
        conv1 = Conv1d(1, n_channel, kernel_size: 40, stride: 8);
        bn1 = BatchNorm1d(n_channel);
        conv2 = Conv1d(n_channel, n_channel, kernel_size: 3);
        bn2 = BatchNorm1d(n_channel);
        conv3 = Conv1d(n_channel, 2 * n_channel, kernel_size: 3);
        bn3 = BatchNorm1d(2 * n_channel);
        pool = MaxPool1d(4);
        fc1 = Linear(2 * n_channel, n_output);
        RegisterComponents();
    }
}
