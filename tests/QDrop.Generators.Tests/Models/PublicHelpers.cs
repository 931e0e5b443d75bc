#nullable disable
using System;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cases
{
public class RunHead : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public RunHead() : base("h") => RegisterComponents();
    public override Tensor forward(Tensor x) => Run(x, true);
    public Tensor Run(Tensor x, bool rectify) { x = l.call(x); return rectify ? x.relu() : x; }
}
public class ListHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<RunHead> heads = new(new RunHead(), new RunHead());
    public ListHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { foreach (var h in heads) x = h.Run(x, false); return x; }
}
public class IndexHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<RunHead> heads = new(new RunHead(), new RunHead());
    public IndexHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        for (int i = 0; i < heads.Count; i++) x = heads[i].Run(x, false);
        return stack(heads.Select(h => h.Run(x, true)).ToList()).mean([0]) + heads.First().Run(x, false);
    }
}
public class Mixer : Module<Tensor, Tensor>
{
    protected readonly Linear l = Linear(8, 8);
    private readonly Parameter gain = Parameter(ones(8));
    private readonly Tensor shift = ones(8);
    protected double scale = 2;
    public Mixer() : base("m") => RegisterComponents();
    public override Tensor forward(Tensor x) => x;
    public Tensor Mix(Tensor self, int times = 2)
    {
        Tensor Inner(Tensor y) => l.call(y) * scale + Twice(y) * Bent(y);
        var z = Inner(self);
        for (int i = 0; i < times; i++) z = z + Inner(z).relu() * gain + shift;
        return Act(z) + Offset;
    }
    private Tensor Offset => shift * 2;
    private Tensor Bent(Tensor y) => y.tanh();
    private Tensor Twice(Tensor y) => functional.relu(l.call(y)) * 2;
    private static Tensor Act(Tensor z) => functional.gelu(z);
}
public class DeepHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<Mixer> mixers = new(new Mixer(), new Mixer());
    private readonly Mixer last = new();
    public DeepHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        foreach (var m in mixers) x = m.Mix(x);
        x = mixers[1].Mix(x, times: 1);
        x = mixers.First().Mix(self: x);
        return last.Mix(x);
    }
}
public class HelperStage : Module<Tensor, Tensor>
{
    private readonly ModuleList<RunHead> heads = new(new RunHead(), new RunHead());
    private readonly RunHead last = new();
    private readonly Sequential tail = Sequential(Linear(8, 8), ReLU());
    public HelperStage() : base("s") => RegisterComponents();
    public override Tensor forward(Tensor x) => Go(x);
    public Tensor Go(Tensor x)
    {
        foreach (var h in heads) x = h.Run(x, true) + x;
        x = tail.call(x);
        return last.Run(x, false) + last.call(x);
    }
}
public class NestedHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<HelperStage> stages = new(new HelperStage(), new HelperStage());
    public NestedHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { foreach (var s in stages) x = s.Go(x); return x; }
}
public abstract class AnyHead : Module<Tensor, Tensor>
{
    protected readonly Linear l = Linear(8, 8);
    protected AnyHead() : base("h") { }
    public override Tensor forward(Tensor x) => x;
    public abstract Tensor Go(Tensor x);
}
public class OneHead : AnyHead
{
    public OneHead() => RegisterComponents();
    public override Tensor Go(Tensor x) => l.call(x);
}
public class AbstractHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<AnyHead> heads = new(new OneHead(), new OneHead());
    public AbstractHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { foreach (var h in heads) x = h.Go(x); return x; }
}
public class WeightHelper : Module<Tensor, Tensor>
{
    private readonly ModuleList<OwnWeight> parts = new(new OwnWeight(), new OwnWeight());
    public WeightHelper() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { foreach (var p in parts) x = p.Times(x); return x; }
}
public class OwnWeight : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(8, 8));
    public OwnWeight() : base("w") => RegisterComponents();
    public override Tensor forward(Tensor x) => Times(x);
    public Tensor Times(Tensor x) => matmul(x, weight.t());
}
public class LocalLambdas : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8), k = Linear(8, 8);
    public LocalLambdas() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        Func<Tensor, Tensor> act = t => functional.relu(t);
        Func<Tensor, int, Tensor> many = (t, n) =>
        {
            for (int i = 0; i < n; i++) t = act(t) + x;
            if (n > 3) return t;
            return k.call(t);
        };
        var scaled = (Tensor t, double by) => act.Invoke(t) * by;
        Action step = () => { x = l.call(x); x = act(x); };
        Func<int> count = () => 3;
        step(); step();
        x = act(l.call(x)); x = many(x, count()); x = many(x, 1);
        Tensor Local(Tensor q) { Func<Tensor, Tensor> inner = z => z.tanh() + x; return inner(q) + inner(act(q)); }
        foreach (var m in new[] { l, k }) { Func<Tensor, Tensor> f = v => m.call(v).relu(); x = f(x); }
        return scaled(Local(x), 0.5);
    }
}
public class LambdaInLinq : Module<Tensor, Tensor>
{
    private readonly ModuleList<Linear> ls = new(Linear(8, 8), Linear(8, 8));
    public LambdaInLinq() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        Func<Tensor, Tensor> act = t => functional.gelu(t);
        return ls.Select(m => act(m.call(x))).Aggregate((a, b) => act(a) + b);
    }
}
public class LambdaReassigned : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public LambdaReassigned() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        Func<int, Tensor> f = n => l.call(x);
        if (x.shape[0] > 1) f = null;
        return f is null ? x : l.call(x);
    }
}
public class MadeInForward : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 8, 1);
    private readonly double slope = 0.2;
    public MadeInForward() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var pool = MaxPool2d(2);
        x = pool.forward(ReLU().call(c.call(x)));
        using var leaky = nn.LeakyReLU(slope);
        return GELU().forward(nn.Identity().call(leaky.forward(x)));
    }
}
public class DropoutInForward : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public DropoutInForward() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => Dropout(0.5).call(l.call(x));
}
public class WeightsMadeInForward : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public WeightsMadeInForward() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var k = Linear(8, 8); return k.call(l.call(x)); }
}
public class VaryingInForward : Module<Tensor, Tensor>
{
    private readonly Conv2d c = Conv2d(3, 3, 1);
    public VaryingInForward() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var size = x.shape[2]; return AvgPool2d(size).call(c.call(x)); }
}
public class ObjectMadeInForward : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ObjectMadeInForward() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var h = new RunHead(); return h.Run(l.call(x), true); }
}
public class OwnInterface : Module, IModule<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public OwnInterface() : base("a") => RegisterComponents();
    public Tensor call(Tensor x) => l.call(x).relu();
}
public class OwnInterfaces : Module, IModule<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    private readonly OwnInterface a = new();
    private readonly IModule<Tensor, Tensor> b = new ExplicitInterface();
    public OwnInterfaces() : base("a") { register_module("b", (Module)b); RegisterComponents(); }
    public virtual Tensor call(Tensor x) => a.call(l.call(x)) + b.call(x);
}
public class ExplicitInterface : Module, IModule<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ExplicitInterface() : base("a") => RegisterComponents();
    Tensor IModule<Tensor, Tensor>.call(Tensor x) => l.call(x).tanh();
}
public class VirtualCall : Module, IModule<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public VirtualCall() : base("v") => RegisterComponents();
    public virtual Tensor call(Tensor x) => l.call(x);
}
public class OverriddenCall : VirtualCall
{
    public override Tensor call(Tensor x) => base.call(x) * 2;
}
public class RedeclaredCall : OwnInterface, IModule<Tensor, Tensor>
{
    public new Tensor call(Tensor x) => base.call(x) * 3;
}
public class TwoCalls : Module, IModule<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public TwoCalls() : base("t") => RegisterComponents();
    Tensor IModule<Tensor, Tensor>.call(Tensor x) => l.call(x) * 2;
    public Tensor call(Tensor x) => l.call(x);
}
public abstract class AbstractCall : Module, IModule<Tensor, Tensor>
{
    protected AbstractCall() : base("q") { }
    public abstract Tensor call(Tensor x);
}
public class ImplementedCall : AbstractCall
{
    private readonly Linear l = Linear(8, 8);
    public ImplementedCall() => RegisterComponents();
    public override Tensor call(Tensor x) => l.call(x).tanh();
}
public class CallsOfInterfaces : Module<Tensor, Tensor>
{
    private readonly VirtualCall a = new OverriddenCall();
    private readonly RedeclaredCall b = new();
    private readonly ImplementedCall c = new();
    private readonly TwoCalls d = new();
    public CallsOfInterfaces() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => a.call(x) + b.call(x) + c.call(x) + d.call(x);
}
public delegate Tensor Difference(Tensor a, Tensor b);
public delegate Tensor Several(params Tensor[] xs);
public class NamedLambda : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public NamedLambda() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        Difference less = (b, a) => b - a * 2;
        x = l.call(x);
        return less(b: x.relu(), a: x);
    }
}
public class ParamsLambda : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public ParamsLambda() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { Several s = xs => xs[0] + xs[1]; x = l.call(x); return s(x, x.relu()); }
}
public class AnonymousMethod : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public AnonymousMethod() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { Func<Tensor, Tensor> f = delegate { return x.relu(); }; x = l.call(x); return f(x); }
}
public class ChangingSlope : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    private double slope = 0.1;
    private double Slope => slope;
    public ChangingSlope() : base("a") => RegisterComponents();
    private void Next() => slope += 0.5;
    public override Tensor forward(Tensor x) { x = l.call(x); Next(); x = LeakyReLU(Slope).call(x - 0.5); slope = 0.1; return x; }
}
public class ChangingSlopes : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    private readonly double[] slopes = { 0.1 };
    public ChangingSlopes() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x = l.call(x); var s = slopes; s[0] = 0.9; x = LeakyReLU(slopes[0]).call(x - 0.5); s[0] = 0.1; return x; }
}
public class ChangingFunction : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    private double slope = 0.1;
    private double Slope => slope;
    public ChangingFunction() : base("a") => RegisterComponents();
    private void Next() => slope += 0.5;
    public override Tensor forward(Tensor x) { x = l.call(x); Next(); x = functional.leaky_relu(x - 0.5, Slope); slope = 0.1; return x; }
}
public class PatternOptions { public double Amount = 2; public PatternOptions Inner; }
public class PatternsAndFunctions : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    private readonly PatternOptions Inner = new() { Inner = new() };
    private const int Kind = 2;
    public PatternsAndFunctions() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = l.call(x);
        if (Inner is { Inner.Amount: 2 }) x = x * 2;
        if (Kind == 2) x = x * Local();
        return x;
        double Local() { return 3; }
    }
}
public class UnknownThenProduct : Module<Tensor, Tensor>
{
    private readonly Linear l = Linear(8, 8);
    public UnknownThenProduct() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { x = l.call(x); return matmul(linalg.inv(x), x); }
}
}
