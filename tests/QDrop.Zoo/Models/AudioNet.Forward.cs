using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Audio;

internal sealed partial class AudioNet
{
    public override Tensor forward(Tensor input)
    {
        Tensor x = conv1.forward(input);
        x = functional.relu(bn1.forward(x));
        x = pool.forward(x);
        x = conv2.forward(x);
        x = functional.relu(bn2.forward(x));
        x = pool.forward(x);
        x = conv3.forward(x);
        x = functional.relu(bn3.forward(x));
        x = functional.avg_pool1d(x, x.shape[^1]);
        x = x.squeeze(-1);
        x = fc1.forward(x);
        return functional.log_softmax(x, dim: 1);
    }
}
