namespace QDrop.Generators.Tests;

/// <content>Forwards that call helpers.</content>
internal static partial class Forwards
{
    private static Dictionary<string, (string Members, string Body)> Helpers() =>
        new()
        {
            ["a helper between layers is fused through"] = (
                "private static Tensor Act(Tensor t) => relu(t);", "return conv2.forward(Act(conv1.forward(x)));"),
            ["a helper called twice has a copy for each call"] = (
                "private Tensor Stem(Tensor t) => relu(conv1.forward(t));", "return Stem(Stem(x)) + this.Stem(x);"),
            ["a helper that only reshapes is copied once"] = (
                "private static Tensor Flat(Tensor t) => t.view(t.shape[0], -1);",
                "return Flat(conv1.forward(x)) + Flat(x);"),
            ["a helper of layers is fused with the layers it is given"] = (
                """
                private readonly Module<Tensor, Tensor> act = ReLU();
                private Tensor Unit(Module<Tensor, Tensor> conv, Tensor t, bool last = false)
                {
                    // a layer, and what follows it
                    t = conv.forward(t);
                    if (last)
                        return t;
                    return act.forward(t);
                }
                private static Tensor Both(Module<Tensor, Tensor> first, Module<Tensor, Tensor> second, Tensor t) => second.call(first.call(t));
                """,
                "return Both(conv2, act, Unit(conv1, x)) + Unit(t: x, conv: conv2, last: true);"),
            ["a generic helper"] = (
                "private static Tensor Run<TLayer>(TLayer layer, Tensor t) where TLayer : Module<Tensor, Tensor> => "
                    + "relu(layer.forward(t)); private static T Pick<T>(bool first, T a, T? b) where T : class => "
                    + "first || b is null ? a : b;",
                "return Pick(false, Run(conv1, x), Run<Module<Tensor, Tensor>>(conv2, x)) * Pick<string>(true, \"ab\", "
                    + "null).Length;"),
            ["helpers of helpers"] = (
                "private Tensor Outer(Tensor t) => Inner(t) + Inner(relu(t)); private Tensor Inner(Tensor t) { var y = "
                    + "conv1.forward(t); return y; }",
                "return Outer(Outer(x));"),
            ["a helper with an early return and a loop"] = (
                "private readonly bool flag = true;\nprivate Tensor Repeat(Tensor t, int n) { if (n < 1) return t; for "
                    + "(var i = 0; i < n; i++) t = relu(conv1.forward(t)); return flag ? t : conv2.forward(t); }",
                "return Repeat(Repeat(x, 0), 2) + Repeat(x, x.shape.Length > 9 ? 1 : 3);"),
            ["a helper in a loop"] = (
                "private Tensor Step(Tensor t) => t + relu(conv1.forward(t));",
                "for (var i = 0; i < 2; i++) x = Step(x); return x;"),
            ["loops in loops"] = (
                "private Tensor Twice(Tensor t) { for (var i = 0; i < 2; i++) t = relu(conv1.forward(t)); return t; }",
                """
                for (var i = 0; i < 2; i++)
                {
                    // Each pass.
                    foreach (var j in new[] { 1, 2 })
                        x = relu(conv1.forward(x));
                    x = relu(x);
                }
                for (var i = 0; i < 2; i++)
                    for (var j = 0; j < i; j++)
                        for (var k = 0; k < j; k++) { x = relu(conv1.forward(x)); }
                while (x.shape[0] > 9) { x = Twice(x); }
                for (var i = 0; i < 2; i++)
                    x = cat(new[] { x, x }.Select(t => relu(conv1.forward(t))).ToArray(), 1).narrow(1, 0, 4);
                return Local(x);
                static Tensor Local(Tensor t)
                {
                    for (var i = 0; i < 2; i++)
                        for (var j = 0; j < 2; j++)
                            t = relu(t);
                    return t;
                }
                """),
            ["an extension method and a static class"] = (
                "", "return conv1.forward(x).Twice(3) + Extensions.Scale(x, by: 0.5) * Extensions.Half(x);"),
            ["local functions"] = (
                "",
                """
                var y = conv1.forward(x);
                y = Act(y);
                Add();
                return Act(Twice(y));

                // what follows a layer
                static Tensor Act(Tensor t) => relu(t);
                void Add()
                {
                    y += x;
                    y = conv2.forward(y);
                }
                Tensor Twice(Tensor t) { return Act(conv1.forward(Act(t))); }
                """
            ),
            ["a local function inside a helper"] = (
                "private Tensor Stage(Tensor t, double by) { return Scaled(conv1.forward(t)); Tensor Scaled(Tensor s) "
                    + "=> relu(s) * by; }",
                "return Stage(Stage(x, 2), 0.5);"),
            ["a local function that is never called"] = (
                "",
                """
                #pragma warning disable CS8321
                return conv1.forward(x);
                Tensor Unused(Tensor t) => t.logcumsumexp(1);
                """
            ),
            ["out parameters"] = (
                "private void Split(Tensor t, out Tensor a, out Tensor b, out int n) { a = relu(conv1.forward(t)); b = "
                    + "conv2.forward(t); n = 3; }",
                """
                Split(x, out var a, out Tensor b, out int n);
                Split(a, out a, out _, out _);
                return a * n + b;
                """
            ),
            ["an optional tensor"] = (
                "private Tensor Mix(Tensor a, Tensor? b = null) => b is null ? relu(a) : a + b;",
                "return Mix(Mix(conv1.forward(x)), x);"),
            ["a property that computes"] = (
                "private Tensor Scale => own * 2; private readonly Parameter own = new(ones(1)); private "
                    + "Module<Tensor, Tensor> Body => conv1;",
                "return Body.forward(x) * Scale + this.Scale;"),
            ["in place in a helper"] = (
                "private static Tensor Act(Tensor t) { t.relu_(); return t; } private static void Clear(Tensor t) => "
                    + "t.tanh_();",
                """
                var y = Act(conv1.forward(x));
                Clear(conv2.forward(y));
                return conv2.forward(y);
                """
            ),
            ["names of helpers that the twin has too"] = (
                "private Tensor Chain(Tensor t) => relu(t); private Tensor Dispose(Tensor t) => conv1.forward(t); "
                    + "private Tensor @do(Tensor @in) => Chain(@in); private Tensor _conv1(Tensor t) => t + 1;",
                "return Chain(Dispose(x)) + @do(x) + _conv1(x);"),
            ["a virtual helper that is overridden"] = (
                """
                private readonly Derived derived = new();
                internal partial class Base() : Module<Tensor, Tensor>("base")
                {
                    protected readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                    protected virtual Tensor Act(Tensor t) => relu(t);
                    public override Tensor forward(Tensor x) => Act(conv.forward(x));
                }
                internal sealed partial class Derived : Base
                {
                    public Derived() => RegisterComponents();
                    protected override Tensor Act(Tensor t) => tanh(base.Act(t)) + t;
                }
                """,
                "return derived.forward(x);"),
            ["a virtual property with a module that is overridden"] = (
                """
                private readonly Derived derived = new();
                internal partial class Base() : Module<Tensor, Tensor>("base")
                {
                    protected readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1), act = ReLU();
                    protected virtual Module<Tensor, Tensor> Act => act;
                    public override Tensor forward(Tensor x) => Act.forward(conv.forward(x));
                }
                internal sealed partial class Derived : Base
                {
                    private readonly Module<Tensor, Tensor> tanh = Tanh();
                    public Derived() => RegisterComponents();
                    protected override Module<Tensor, Tensor> Act => tanh;
                }
                """,
                "return derived.forward(x);"),
            ["an abstract base class with private layers"] = (
                """
                private readonly Block block = new(), other = new();
                internal abstract class Base<T> : Module<Tensor, Tensor> where T : class
                {
                    protected readonly Module<Tensor, Tensor> first = Conv2d(4, 4, 1);
                    protected Base() : base("base") { }
                    protected abstract Tensor Body(Tensor t, T? tag);
                    public override Tensor forward(Tensor x) => relu(Body(first.forward(x), default(T)));
                }
                internal abstract class Middle : Base<string>
                {
                    private const double Factor = 0.5;
                    private readonly Module<Tensor, Tensor> hidden = Conv2d(4, 4, 1);
                    private double Bias { get; set; } = 2;
                    protected Middle() => register_module("hidden", hidden);
                    public override Tensor forward(Tensor x) => base.forward(hidden.forward(x)) * this.Bias + Factor;
                }
                internal sealed partial class Block : Middle
                {
                    private readonly Module<Tensor, Tensor> own = Conv2d(4, 4, 1);
                    public Block() => RegisterComponents();
                    protected override Tensor Body(Tensor t, string? tag) => own.forward(t) + t;
                }
                """,
                "return other.call(block.forward(x));"),
            ["another forward of its own"] = (
                "private Tensor forward(Tensor t, int times) { for (var i = 0; i < times; i++) t = conv1.forward(t); "
                    + "return t; }",
                "return relu(forward(x, 2));"),
        };
}
