#nullable disable
using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cases
{
public class SilentWeight : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8)); private readonly Linear head = Linear(4, 2);
    public SilentWeight() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var w = weight.to_type(ScalarType.Float32); return head.call(functional.relu(matmul(x, w.t()))); }
}
public class LoudWeight : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8)); private readonly Linear head = Linear(4, 2);
    public LoudWeight() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.call(functional.relu(matmul(x, weight.t())));
}
public class UsingFold : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 4, 3); private readonly BatchNorm2d b = BatchNorm2d(4); private readonly Conv2d d = Conv2d(4, 4, 3);
    public UsingFold() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { using var y = c.call(x); using var z = functional.relu(b.call(y)); return d.call(z); }
}
public class NoUsingFold : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 4, 3); private readonly BatchNorm2d b = BatchNorm2d(4); private readonly Conv2d d = Conv2d(4, 4, 3);
    public NoUsingFold() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var y = c.call(x); var z = functional.relu(b.call(y)); return d.call(z); }
}
public class ShapeFold : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 4, 3); private readonly BatchNorm2d b = BatchNorm2d(4); private readonly Conv2d d = Conv2d(4, 4, 3);
    public ShapeFold() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { using var s = NewDisposeScope(); var y = c.call(x); long n = y.shape[0]; var z = functional.relu(b.call(y)); return d.call(z).MoveToOuterDisposeScope(); }
}
public class ToDevice : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8); private readonly Tensor mask = ones(8);
    public ToDevice() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(x) + mask.to(x.device);
}
public class ToDeviceX : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ToDeviceX() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var d = l.weight.device; x = x.to(d); return l.call(x); }
}
public class FloatLong : Module<Tensor, Tensor>
{
    private readonly Embedding e = Embedding(10, 8); private readonly Linear l = Linear(8, 8);
    public FloatLong() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(e.call(x.@long()).@float());
}
public class RelBias : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8); private readonly Parameter table = Parameter(randn(9, 8)); private readonly Tensor index = arange(8) % 9;
    public RelBias() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(x) + table[index];
}
public class Roll : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 4, 3);
    public Roll() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => roll(c.call(x), (-1, -1), (2, 3));
}
public class DropPath(double p) : Module<Tensor, Tensor>("droppath")
{
    public override Tensor forward(Tensor x)
    {
        if (p == 0 || !training) return x;
        var shape = new long[] { x.shape[0], 1 };
        return x / (1 - p) * x.new_empty(shape).bernoulli_(1 - p);
    }
}
public class UsesDropPath : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8); private readonly DropPath dp = new(0.1);
    public UsesDropPath() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => x + dp.call(l.call(x));
}
public class TrainingGuard : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public TrainingGuard() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x = l.call(x); if (training) x = x + randn_like(x) * 0.1; return x; }
}
public class FirstParam : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public FirstParam() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var dt = l.parameters().First().dtype; return l.call(x.to(dt)); }
}
public class FunctionalConv : Module<Tensor, Tensor>
{
    private readonly Parameter g = Parameter(ones(4, 1, 1)), v = Parameter(randn(4, 3, 3)); private readonly Linear l = Linear(8, 8);
    public FunctionalConv() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(functional.conv1d(x, g * v, padding: 1));
}
public class Two : Module<Tensor, (Tensor, Tensor)>
{
    private readonly Linear l = Linear(8, 8), k = Linear(8, 8);
    public Two() : base("a") => RegisterComponents();
    public override (Tensor, Tensor) forward(Tensor x) => (l.call(x), k.call(x));
}
public class CallsTwo : Module<Tensor, Tensor>
{
    private readonly Two two = new();
    public CallsTwo() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var (a, b) = two.call(x); return a + b; }
}
public class AddInPlaceOwn : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8), k = Linear(8, 8);
    public AddInPlaceOwn() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var q = l.call(x); q.add_(k.call(x)); return q; }
}
public class AddInPlaceArg : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public AddInPlaceArg() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x.add_(l.call(x)); return x; }
}
public class SinCos : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public SinCos() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor t) { var f = exp(arange(4, dtype: ScalarType.Float32) * -1.0); var a = t.unsqueeze(1) * f; return l.call(cat(new[] { a.sin(), a.cos() }, 1)); }
}
public class VarOp : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public VarOp() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var m = x.mean(new long[] { -1 }, true); var s = x.var(-1, false, true).sqrt(); return l.call((x - m) / s); }
}
public class GridSample : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 4, 3, padding: 1);
    public GridSample() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => functional.grid_sample(c.call(x), zeros(1, 4, 4, 2));
}
public class ListHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<HeadM> heads = new(new HeadM(), new HeadM());
    public ListHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { foreach (var h in heads) x = h.Run(x, false); return x; }
}
public class ThrowingForward : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ThrowingForward() : base("a") => RegisterComponents();
    // What the case is about: the work is done in another method, and forward only throws.
    public override Tensor forward(Tensor x) => throw new NotImplementedException();
    public Tensor call(Tensor x, Tensor y) => l.call(x + y);
}
public class ArgMaxItem : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ArgMaxItem() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { long n = x.sum().to(ScalarType.Int64).item<long>(); return l.call(x) + n; }
}
public class MatmulPlain : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(8, 4));
    public MatmulPlain() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => matmul(x, weight);
}
public class MatmulT : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8));
    public MatmulT() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => matmul(x, weight.t());
}
// a whole model out of hand-made linear layers
public class HandLinear : Module<Tensor, Tensor>
{
    private readonly Parameter weight; private readonly Parameter bias;
    public HandLinear(long i, long o) : base("a") { weight = Parameter(randn(o, i)); bias = Parameter(zeros(o)); RegisterComponents(); }
    public override Tensor forward(Tensor x) => matmul(x, weight.t()) + bias;
}
public class HandMlp : Module<Tensor, Tensor>
{
    private readonly HandLinear a = new(8, 8), b = new(8, 8); private readonly Linear head = Linear(8, 2);
    public HandMlp() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.call(b.call(a.call(x).relu()).relu());
}
public class UsingOnly : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), b = Linear(8, 8);
    public UsingOnly() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { using var y = a.call(x); using var z = y.relu(); return b.call(z); }
}
public class UsingNot : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(8, 8), b = Linear(8, 8);
    public UsingNot() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var y = a.call(x); var z = y.relu(); return b.call(z); }
}
public class IntInner : Module<Tensor, int, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public IntInner() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x, int startPos) { x = l.call(x); return startPos > 0 ? x.relu() : x; }
}
public class IntWrapper : Module<Tensor, Tensor>
{
    private readonly IntInner m = new();
    public IntWrapper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => m.call(x, 0);
}

public class HandConv : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(6, 3, 3, 3)), bias = Parameter(randn(6)), last = Parameter(randn(4, 6, 1, 1));
    private readonly BatchNorm2d norm = BatchNorm2d(6);
    public HandConv() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = functional.conv2d(x, weight, bias, padding: new long[] { 1, 1 });
        y = functional.relu(norm.call(y));
        return functional.conv2d(y, last);
    }
}
public class HandEinsum : Module<Tensor, Tensor>
{
    private readonly Parameter first = Parameter(randn(8, 1, 6)), bias = Parameter(randn(6)), second = Parameter(randn(6, 5)), third = Parameter(randn(4, 5)), third_bias = Parameter(randn(4));
    public HandEinsum() : base("a") => RegisterComponents();
    private static Tensor Apply(Tensor x, Tensor w, Tensor b) => functional.linear(x, w, b);
    public override Tensor forward(Tensor x)
    {
        var w = first.reshape(8, 6);
        var y = einsum("bi,io->bo", x, w) + bias;
        y = functional.relu(y);
        y = einsum("bi, io -> bo", y, second).tanh();
        return Apply(y, third.to_type(ScalarType.Float32), third_bias);
    }
}
public class HandLeft : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(5, 8)), bias = Parameter(randn(5, 1)), once = Parameter(randn(5, 7)), other = Parameter(randn(7));
    public HandLeft() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(weight.matmul(x) + bias).transpose(1, 2);
        var y = x.matmul(once);
        y = y + other;
        return y.tanh();
    }
}
public class HandTied : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(8, 8));
    public HandTied() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => x.matmul(weight).relu().matmul(weight.t());
}
public class HandAdd : Module<Tensor, Tensor>
{
    private readonly Parameter w = Parameter(randn(6, 8)), b = Parameter(randn(6)), v = Parameter(randn(6, 6)), c = Parameter(randn(6));
    public HandAdd() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = x.matmul(w.t());
        x += b;
        x = x.relu();
        using var y = x.mm(v);
        y.add_(c);
        return y.sigmoid() + y;
    }
}
public class MaskAssign : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public MaskAssign() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var y = l.call(x); y[y < 0] = 0; return y; }
}
public class SliceAssign : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public SliceAssign() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var y = l.call(x); var o = zeros_like(y); o[.., 0..4] = y[.., 4..8]; return o; }
}
public class ElementAssign : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8), k = Linear(8, 8);
    public ElementAssign() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var o = zeros(x.shape[0], 8);
        o[.., 0] = 0.5;
        var copy = x.clone();
        copy[0] = 1;
        o = o + copy * x;
        o[TensorIndex.Colon, TensorIndex.Slice(4, 8)] = l.call(x).narrow(1, 0, 4);
        o[0, 1] = x[1, 2];
        o.index_put_(x[0], TensorIndex.Single(1));
        for (int i = 2; i < 4; i++) o[.., i] = x[.., i].relu();
        return k.call(o).relu();
    }
}
public class LinqModules : Module<Tensor, Tensor>
{
    private readonly ModuleList<Module<Tensor, Tensor>> m = ModuleList<Module<Tensor, Tensor>>(MaxPool2d(3, 1, 1), MaxPool2d(5, 1, 2)); private readonly Conv2d c = Conv2d(3, 4, 1);
    public LinqModules() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x = c.call(x); return cat(m.Select(k => k.call(x)).ToArray(), 1); }
}
public class LinqHeads : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> heads = ModuleList(Linear(8, 8), Linear(8, 8)), necks = ModuleList(Linear(8, 8), Linear(8, 8)); private readonly Linear last = Linear(8, 4);
    public LinqHeads() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var features = heads.Select((h, i) => functional.relu(h.call(x)) * (i + 1)).ToList();
        var merged = necks.Zip(features, (n, f) => n.call(f) + x).ToArray();
        x = merged.Aggregate(x, (sum, m) => { var half = m * 0.5; return sum + half; });
        foreach (var (n, f) in necks.Zip(features)) x = x + n.call(f);
        return last.call(x);
    }
}
public class LinqLater : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> heads = ModuleList(Linear(8, 8), Linear(8, 8));
    public LinqLater() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var later = heads.Select(h => h.call(x));
        x = x + 1;
        return stack(later.ToArray(), 1);
    }
}
public class Caches : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8); private Tensor last;
    public Caches() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { last = l.call(x); return last.relu(); }
}
public class HeadM : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public HeadM() : base("a") => RegisterComponents();
    public Tensor Run(Tensor x, bool twice) => twice ? l.call(l.call(x)) : l.call(x);
    public override Tensor forward(Tensor x) => Run(x, false);
}
public class PatternHead : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> head = new HeadM(); private readonly Linear l = Linear(8, 8);
    public PatternHead() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x = l.call(x); if (head is HeadM h) return h.Run(x, true); return head.call(x); }
}
public class IntArg : Module<Tensor, int, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public IntArg() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x, int startPos) => l.call(x) * startPos;
}
public class DictOut : Module<Tensor, Dictionary<string, Tensor>>
{
    private readonly Linear l = Linear(8, 8);
    public DictOut() : base("a") => RegisterComponents();
    public override Dictionary<string, Tensor> forward(Tensor x) => new() { ["y"] = l.call(x), ["z"] = x.relu() };
}
public class UsesDict : Module<Tensor, Tensor>
{
    private readonly DictOut d = new();
    public UsesDict() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var all = d.call(x); all["sum"] = all["y"] + all["z"]; return all["sum"].relu(); }
}
public class ListIn : Module<List<Tensor>, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ListIn() : base("a") => RegisterComponents();
    public override Tensor forward(List<Tensor> x) => l.call(x[0] + x[1]);
}
public record Out(Tensor Hidden, Tensor Cache);
public class RecordPart : Module<Tensor, Out>
{
    private readonly Linear l = Linear(8, 8);
    public RecordPart() : base("a") => RegisterComponents();
    public override Out forward(Tensor x) => new(l.call(x), null);
}
public class UsesRecord : Module<Tensor, Tensor>
{
    private readonly RecordPart p = new();
    public UsesRecord() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => p.call(x).Hidden.relu();
}
public record struct Pair(Tensor First, Tensor Second, int Count);
public class PairPart : Module<Tensor, Pair>
{
    private readonly Linear l = Linear(8, 8), k = Linear(8, 8);
    public PairPart() : base("a") => RegisterComponents();
    public override Pair forward(Tensor x)
    {
        var pair = new Pair(l.call(x), x, 2) { Count = 3 };
        return pair with { Second = k.call(pair.Second) };
    }
}
public class UsesPair : Module<Tensor, Tensor>
{
    private readonly PairPart p = new();
    public UsesPair() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var (a, b, n) = p.call(x);
        var pair = p.call(a.relu());
        return a * n + b + pair.First * pair.Count;
    }
}
public class UsesOwnPart : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.OwnPart p = new(); private readonly TorchSharp.Modules.OwnGru g = new();
    public UsesOwnPart() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var (a, b) = p.call(x); return g.call(a + b); }
}
}
namespace TorchSharp.Modules
{
public class OwnPart : Module<Tensor, (Tensor, Tensor)>
{
    private readonly Linear l = Linear(8, 8);
    public OwnPart() : base("a") => RegisterComponents();
    public override (Tensor, Tensor) forward(Tensor x) { var y = l.call(x); return (y, y.relu()); }
}
public class OwnGru : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public OwnGru() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(x);
}
}
