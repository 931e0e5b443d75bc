using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Zoo.Audio;

/// <summary>
/// A recurrent network that spots keywords (Zhang et al. 2017, "Hello Edge", GRU), small: cepstral coefficients
/// <c>[N, frames, n_mfcc]</c> to logits <c>[N, n_classes]</c>.
/// </summary>
[Quantize(W = 8, A = 8)]
public sealed partial class GruSpeech : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly Linear proj;
    private readonly GRU gru;
    private readonly Dropout dropout;
    private readonly Linear fc;

    public GruSpeech(long n_mfcc = 10, long hidden_size = 24, long num_layers = 2, long n_classes = 12)
        : base(nameof(GruSpeech))
    {
        norm = LayerNorm(n_mfcc);
        proj = Linear(n_mfcc, hidden_size);
        gru = GRU(hidden_size, hidden_size, num_layers, batchFirst: true, dropout: 0.1, bidirectional: true);
        dropout = Dropout(0.3);
        fc = Linear(hidden_size * 2, n_classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.relu(proj.call(norm.call(x)));
        (_, Tensor? h_n) = gru.call(x);
        // The last layer's states at both ends.
        x = torch.cat(new[] { h_n[-2], h_n[-1] }, 1);
        return fc.call(dropout.call(x));
    }
}
