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
public class PatternElement : Module<Tensor, Tensor>
{
    private readonly Sequential s = Sequential(Linear(8, 8), ReLU()); private readonly object o; private readonly Linear l = Linear(8, 8);
    public PatternElement() : base("a") { o = l; RegisterComponents(); }
    public override Tensor forward(Tensor x)
    {
        x = s[0] is Linear first ? functional.relu(first.forward(x)) : x;
        switch (s[1]) { case Linear wrong: x = wrong.forward(x); break; case ReLU right: x = -right.forward(x); break; }
        return o is Linear last ? last.forward(x) : x;
    }
}
public class TwoPart : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public TwoPart() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x, Tensor y) => l.call(x) * y;
}
public class PatternTwo : Module<Tensor, Tensor>
{
    private readonly ModuleList<Module> parts = new(new TwoPart(), Linear(8, 8)); private readonly Module one = new TwoPart();
    public PatternTwo() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        if (parts[0] is TwoPart first) x = first.forward(x, x);
        if (parts[1] is TwoPart wrong) x = wrong.forward(x, x);
        return one is TwoPart last ? last.forward(x, x) : x;
    }
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
}
