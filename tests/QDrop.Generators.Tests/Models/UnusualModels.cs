#nullable disable
using System;
using System.Collections.Generic;
using System.Linq;
using QDrop;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Unusual
{
// The root of the mean square, written out, with a learned scale.
[Quantize(W = 8, A = 8)]
public sealed partial class RootMeanSquare : Module<Tensor, Tensor>
{
    private readonly Linear up = Linear(16, 32), down = Linear(32, 16), head = Linear(16, 4);
    private readonly Parameter scale = Parameter(ones(16) * 1.5);
    public RootMeanSquare() : base("a") => RegisterComponents();
    private Tensor Norm(Tensor x) => x * torch.rsqrt(x.pow(2).mean([-1], keepdim: true) + 1e-6) * scale;
    public override Tensor forward(Tensor x)
    {
        x = x + down.forward(functional.silu(up.forward(Norm(x))));
        return head.forward(Norm(x));
    }
}
// Residual branches scaled by a small parameter.
[Quantize(W = 8, A = 8)]
public sealed partial class LayerScale : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(16, 16), b = Linear(16, 16), head = Linear(16, 4);
    private readonly Parameter small = Parameter(full([16], 1e-6f)), large = Parameter(full([16], 1e3f));
    public LayerScale() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = x + small * functional.relu(a.forward(x));
        x = x + large * functional.relu(b.forward(x));
        return head.forward(x);
    }
}
// Positions that are padding have the embedding 0, and are left out of the mean.
[Quantize(W = 8, A = 8)]
public sealed partial class Padded : Module<Tensor, Tensor>
{
    private readonly Embedding table = Embedding(20, 16, padding_idx: 0);
    private readonly Linear mix = Linear(16, 16), head = Linear(16, 4);
    public Padded() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var kept = x.ne(0).unsqueeze(-1).to_type(ScalarType.Float32);
        var y = functional.relu(mix.forward(table.forward(x))) * kept;
        return head.forward(y.sum(1) / kept.sum(1).clamp(1));
    }
}
// A part of no channels, as a configuration leaves it.
[Quantize(W = 8, A = 8)]
public sealed partial class Nothing : Module<Tensor, Tensor>
{
    private readonly int extra = 0;
    private readonly Linear a = Linear(8, 8), head = Linear(8, 4);
    public Nothing() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var none = x.narrow(1, 0, extra);
        return head.forward(cat([functional.relu(a.forward(x)), none * 2], 1));
    }
}
// 64 blocks, one after the other.
[Quantize(W = 8, A = 8)]
public sealed partial class Deep : Module<Tensor, Tensor>
{
    private readonly Linear stem = Linear(8, 16), head = Linear(16, 4);
    private readonly ModuleList<DeepBlock> blocks = new(Enumerable.Range(0, 64).Select(_ => new DeepBlock()).ToArray());
    public Deep() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = stem.forward(x);
        foreach (var block in blocks)
            x = block.forward(x);
        return head.forward(x);
    }
}
public sealed partial class DeepBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm = LayerNorm(16);
    private readonly Linear a = Linear(16, 16);
    public DeepBlock() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => x + 0.2 * functional.relu(a.forward(norm.forward(x)));
}
// Many independent answers, each a probability.
[Quantize(W = 8, A = 8)]
public sealed partial class Probabilities : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 32), head = Linear(32, 6);
    public Probabilities() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => sigmoid(head.forward(tanh(a.forward(x))));
}
// A number in the thousands from inputs that were not normalized.
[Quantize(W = 8, A = 8)]
public sealed partial class Prices : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 32), b = Linear(32, 32), head = Linear(32, 1);
    public Prices() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(b.forward(functional.relu(a.forward(x))));
        return head.forward(x).exp().log1p() * 1000 + 250000;
    }
}
// Two inputs in one tensor, compared by one network.
[Quantize(W = 8, A = 8)]
public sealed partial class Compared : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 16), head = Linear(32, 1);
    public Compared() : base("a") => RegisterComponents();
    private Tensor Embed(Tensor x) => b.forward(functional.relu(a.forward(x)));
    public override Tensor forward(Tensor x)
    {
        Tensor left = Embed(x.select(1, 0)), right = Embed(x.select(1, 1));
        return head.forward(cat([(left - right).abs(), left * right], 1));
    }
}
// Classes by the angle to learned directions.
[Quantize(W = 8, A = 8)]
public sealed partial class Angles : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 16), directions = Linear(16, 5, hasBias: false);
    public Angles() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = b.forward(functional.relu(a.forward(x)));
        x = functional.normalize(x, dim: 1);
        return functional.log_softmax(directions.forward(x) * 16, 1);
    }
}
// Tables with numbers of very different size, each column with a layer of its own.
[Quantize(W = 8, A = 8)]
public sealed partial class Table : Module<Tensor, Tensor>
{
    private readonly BatchNorm1d norm = BatchNorm1d(6);
    private readonly Linear deep1 = Linear(6, 32), deep2 = Linear(32, 8), wide = Linear(6, 8, hasBias: false);
    private readonly Linear head = Linear(16, 3);
    public Table() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = norm.forward(x.abs().log1p());
        return head.forward(cat([functional.relu(deep2.forward(functional.leaky_relu(deep1.forward(x)))), wide.forward(x)], 1));
    }
}
// Recurrent state kept by hand for each step, with a gate.
[Quantize(W = 8, A = 8)]
public sealed partial class Gated : Module<Tensor, Tensor>
{
    private readonly Linear input = Linear(4, 16), state = Linear(16, 16), gate = Linear(20, 16), head = Linear(16, 3);
    public Gated() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var h = zeros(x.shape[0], 16);
        for (int t = 0; t < x.shape[1]; t++)
        {
            var now = x.select(1, t);
            var g = sigmoid(gate.forward(cat([now, h], 1)));
            h = g * h + (1 - g) * tanh(input.forward(now) + state.forward(h));
        }
        return head.forward(h);
    }
}
// A weight used by the first layer and, transposed, by the last.
[Quantize(W = 8, A = 8)]
public sealed partial class Tied : Module<Tensor, Tensor>
{
    private readonly Embedding table = Embedding(20, 16);
    private readonly Linear mix = Linear(16, 16), head = Linear(16, 20, hasBias: false);
    public Tied() : base("a") { head.weight = table.weight; RegisterComponents(); }
    public override Tensor forward(Tensor x) => head.forward(functional.relu(mix.forward(table.forward(x))).mean([1]));
}
// An ensemble whose members vote.
[Quantize(W = 8, A = 8)]
public sealed partial class Ensemble : Module<Tensor, Tensor>
{
    private readonly ModuleList<Sequential> members = new(Enumerable.Range(0, 3).Select(_ => Sequential(
        Linear(8, 16), ReLU(), Dropout(0.5), Linear(16, 4))).ToArray());
    public Ensemble() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) =>
        functional.softmax(stack(members.Select(m => m.forward(x)).ToArray(), 0), -1).mean([0]);
}
// Samples that depend on each other.
[Quantize(W = 8, A = 8)]
public sealed partial class Centred : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public Centred() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        return b.forward(x - x.mean([0]));
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class BatchStatistics : Module<Tensor, Tensor>
{
    private readonly Sequential layers = Sequential(
        Linear(8, 16), BatchNorm1d(16, track_running_stats: false), ReLU(), Linear(16, 4));
    public BatchStatistics() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => layers.forward(x);
}
[Quantize(W = 8, A = 8)]
public sealed partial class LengthFirst : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public LengthFirst() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        (var samples, var length) = (x.shape[0], x.shape[1]);
        x = b.forward(functional.relu(a.forward(x.transpose(0, 1).reshape(length * samples, 8))));
        return x.reshape(length, samples, 4).mean([0]);
    }
}
// The same, the elements of a sample side by side.
[Quantize(W = 8, A = 8)]
public sealed partial class SampleFirst : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public SampleFirst() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        (var samples, var length) = (x.shape[0], x.shape[1]);
        x = b.forward(functional.relu(a.forward(x.reshape(samples * length, 8))));
        return x.reshape(samples, length, 4).mean([1]);
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class FirstOfBatch : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public FirstOfBatch() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        return b.forward(x - x.narrow(0, 0, 1));
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class SumOfBatch : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public SumOfBatch() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => b.forward(functional.relu(a.forward(x)).cumsum(0));
}
// A choice between equal scores, which hangs on the last digit.
[Quantize(W = 8, A = 8)]
public sealed partial class Ties : Module<Tensor, Tensor>
{
    private readonly Linear embed = Linear(19, 16), score = Linear(16, 1), head = Linear(16, 4);
    private readonly Parameter places = Parameter(randn(37, 16));
    public Ties() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = functional.gelu(embed.forward(x));
        var best = score.forward(y).squeeze(2).topk(3, 1).indexes;
        return head.forward((y + places).gather(1, best.unsqueeze(2).expand(-1, -1, 16)).mean([1]));
    }
}
// Tensors of quantized layers that the code uses elsewhere as well.
[Quantize(W = 8, A = 8)]
public sealed partial class Prototypes : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8);
    private readonly Parameter prototypes = Parameter(randn(5, 8));
    public Prototypes() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var z = functional.relu(a.forward(x));
        return 2 * matmul(z, prototypes.t()) - z.pow(2).sum([1L], true) - prototypes.pow(2).sum([1L]);
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class ScaledBias : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(16, 8) / 3), bias = Parameter(randn(16));
    private readonly Linear head = Linear(16, 4);
    public ScaledBias() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.forward(functional.relu(functional.linear(x, weight, bias)) * bias);
}
[Quantize(W = 8, A = 8)]
public sealed partial class NormTwice : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), b = Linear(8, 8), head = Linear(8, 4);
    private readonly BatchNorm1d norm = BatchNorm1d(8);
    public NormTwice() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(norm.forward(a.forward(x)));
        return head.forward(functional.relu(norm.forward(x + b.forward(x))));
    }
}
public sealed partial class FloatPart : Module<Tensor, Tensor>
{
    private readonly Linear inner;
    public FloatPart(Linear inner) : base("p") { this.inner = inner; RegisterComponents(); }
    public override Tensor forward(Tensor x) => functional.relu(inner.forward(x));
}
[Quantize(W = 8, A = 8)]
public sealed partial class HalfFloat : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), head = Linear(8, 4);
    [FullPrecision] private readonly FloatPart part;
    public HalfFloat() : base("a") { part = new FloatPart(a); RegisterComponents(); }
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        return head.forward(part.forward(x) + x);
    }
}
// A value that reaches a layer twice, once without a gradient.
[Quantize(W = 8, A = 8)]
public sealed partial class Detached : Module<Tensor, Tensor>
{
    private readonly Linear g = Linear(8, 8), a = Linear(8, 8), b = Linear(8, 8), c = Linear(8, 8), head = Linear(8, 4);
    public Detached() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var k = g.forward(x);
        var y = functional.relu(b.forward(functional.relu(a.forward(k))));
        return head.forward(functional.relu(c.forward(y + 3 * k.detach())));
    }
}
// What only a few samples need, with no gradient to tell of it.
[Quantize(W = 8, A = 8)]
public sealed partial class RareDetached : Module<Tensor, Tensor>
{
    private readonly Linear stem = Linear(8, 8), a = Linear(8, 8), b = Linear(8, 8), c = Linear(8, 8),
        head = Linear(8, 4);
    public RareDetached() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var k = stem.forward(x);
        var y = functional.relu(b.forward(functional.relu(a.forward(k))));
        return head.forward(functional.relu(c.forward(where(x[.., 0..1].gt(3), 30 * k.detach(), y))));
    }
}
// A bias that a few samples use in float.
[Quantize(W = 8, A = 8)]
public sealed partial class RareBias : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(16, 8) / 3), bias = Parameter(randn(16));
    private readonly Linear b = Linear(16, 16), head = Linear(16, 4);
    public RareBias() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var h = functional.relu(functional.linear(x, weight, bias));
        return head.forward(where(h.gt(8), bias.expand_as(h) * 10, functional.relu(b.forward(h))));
    }
}
// What the greatest value of the batch decides.
[Quantize(W = 8, A = 8)]
public sealed partial class DividedByMax : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public DividedByMax() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        return b.forward(x / x.max());
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class GreatestOfBatch : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), b = Linear(16, 4);
    public GreatestOfBatch() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(a.forward(x));
        return b.forward(where(x.ge(x.flatten().topk(4).values[3]), x, zeros_like(x)));
    }
}
// Sums over channels, behind which two samples differ a little, as channels do.
[Quantize(W = 8, A = 8)]
public sealed partial class SumsOfChannels : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), b = Linear(8, 8), head = Linear(8, 4);
    public SumsOfChannels() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var h = functional.relu(a.forward(x)).cumsum(1);
        return head.forward(functional.relu(b.forward(h * h)));
    }
}
[Quantize(W = 8, A = 8)]
public sealed partial class FloatBetween : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), head = Linear(8, 4);
    [FullPrecision] private readonly Linear f = Linear(8, 8);
    public FloatBetween() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) =>
        head.forward(functional.relu(f.forward(functional.relu(a.forward(x)))));
}
// Drops all dimensions of size 1.
[Quantize(W = 8, A = 8)]
public sealed partial class Squeezed : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 8, 3, padding: 1);
    private readonly Linear a = Linear(8, 8), head = Linear(8, 4);
    public Squeezed() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.adaptive_avg_pool2d(functional.relu(c.forward(x)), 1).squeeze();
        return head.forward(functional.relu(a.forward(x)));
    }
}
// What decides the output and is in no state_dict.
[Quantize(W = 8, A = 8)]
public sealed partial class Unregistered : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), head = Linear(16, 4);
    private readonly Tensor[] random = { randn(16), randn(16) };
    public Unregistered() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.forward(functional.relu(a.forward(x)) * random[0] + random[1]);
}
[Quantize(W = 8, A = 8)]
public sealed partial class Adjusted : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), head = Linear(16, 4);
    private static int made;
    public double Alpha { get; set; } = ++made;
    public Adjusted() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.forward(functional.relu(a.forward(x))) * Alpha;
}
[Quantize(W = 8, A = 8)]
public sealed partial class NotPersistent : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 16), head = Linear(16, 4);
    public NotPersistent() : base("a")
    {
        register_buffer("f", randn(16), false);
        RegisterComponents();
    }
    public override Tensor forward(Tensor x) => head.forward(functional.relu(a.forward(x)) * get_buffer("f"));
}
}
