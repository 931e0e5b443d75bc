namespace QDrop.Generators.Tests;

/// <content>Forwards that call helpers of other objects: methods of modules besides <c>forward</c>, and of objects that
/// are no modules.</content>
internal static partial class Forwards
{
    private const string Backbone = """
        private readonly Backbone backbone = new();
        internal partial class Backbone : Module<Tensor, Tensor>
        {
            private const double Gain = 1.5;
            private readonly Module<Tensor, Tensor> first = Conv2d(4, 4, 1), second = Conv2d(4, 4, 1), act = ReLU();
            private readonly ModuleList<Module<Tensor, Tensor>> stages = new(Conv2d(4, 4, 1), Tanh());
            private readonly int[] sizes = [2, 3];
            public readonly Neck neck = new();
            protected Module<Tensor, Tensor> Act => act;
            public int Width { get; init; } = 4;
            public Backbone() : base("backbone") => RegisterComponents();
            public Tensor Features(Tensor x) => Act.forward(first.forward(x));
            public List<Tensor> Pyramid(Tensor x, bool deep = true)
            {
                var all = new List<Tensor> { Features(x) };
                foreach (var stage in stages)
                {
                    x = stage.forward(x);
                    all.Add(x * sizes[0] * Gain);
                }
                if (deep)
                    all.Add(neck.Merge(this.Scaled(x), all[0]));
                return all;
            }
            private Tensor Scaled(Tensor t) => Local(t) * Width;
            private Tensor Local(Tensor t) { return Inner(t); Tensor Inner(Tensor s) => second.forward(s); }
            public override Tensor forward(Tensor x) => second.forward(Features(x));
        }
        internal sealed partial class Neck : Module<Tensor, Tensor>
        {
            private readonly Module<Tensor, Tensor> mix = Conv2d(8, 4, 1);
            public Neck() : base("neck") => RegisterComponents();
            public Tensor Merge(Tensor a, Tensor b) => mix.forward(cat([a, b], 1));
            public override Tensor forward(Tensor x) => mix.forward(cat([x, x], 1));
        }
        """;

    private static Dictionary<string, (string Members, string Body)> Objects() =>
        new()
        {
            ["a method of another module"] = (Backbone, "return conv2.forward(backbone.Features(conv1.forward(x)));"),
            ["methods of another module that call others"] = (
                Backbone,
                """
                var all = backbone.Pyramid(relu(x));
                var low = this.backbone.neck.Merge(all[0], all[^1]);
                return backbone.forward(low) + backbone.Features(low) + backbone.Pyramid(x, deep: false)[1];
                """
            ),
            ["another module in a local, a parameter and a property"] = (
                Backbone
                    + "\nprivate Backbone Body => backbone; private static Tensor Run(Backbone body, Tensor t) => "
                    + "relu(body.Features(t));",
                "var body = backbone; return body.Features(x) + Run(backbone, conv1.forward(x)) + Body.Features(x);"),
            ["an object that is no module"] = (
                """
                private readonly Head head = new(3);
                internal sealed class Head(int times)
                {
                    private readonly int _times = times;
                    private double Slope { get; } = 0.2;
                    public Tensor Apply(Module<Tensor, Tensor> conv, Tensor t)
                    {
                        for (var i = 0; i < _times; i++)
                            t = leaky_relu(conv.forward(t), Slope);
                        return t;
                    }
                }
                """,
                "return head.Apply(conv1, x) + head.Apply(conv2, x);"),
            ["an element that is cast"] = (
                Backbone.Replace(
                    "private readonly Backbone backbone = new();",
                    "private readonly ModuleList<Module<Tensor, Tensor>> all = new(new Backbone());"),
                "return ((Backbone)all[0]).Features(x);"),
            ["a sealed override of another module"] = (
                """
                private readonly Leaf leaf = new();
                internal abstract partial class Tree() : Module<Tensor, Tensor>("tree") { protected abstract Tensor Grow(Tensor t); public Tensor Both(Tensor t) => t + 1; public virtual Tensor Features(Tensor t) => Grow(t) * 2; }
                internal sealed partial class Leaf : Tree
                {
                    private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                    public Leaf() => RegisterComponents();
                    protected override Tensor Grow(Tensor t) => conv.forward(t);
                    public override Tensor Features(Tensor t) => base.Features(Both(t));
                    public override Tensor forward(Tensor x) => Features(x);
                }
                """,
                "return relu(leaf.Features(x));"),
        };
}
