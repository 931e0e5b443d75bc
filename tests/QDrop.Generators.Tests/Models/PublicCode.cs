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
public class Caches : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8); private Tensor last;
    public Caches() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { last = l.call(x); return last.relu(); }
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
