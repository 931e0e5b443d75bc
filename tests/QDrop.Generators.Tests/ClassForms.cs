namespace QDrop.Generators.Tests;

/// <summary>
/// Ways in which users write a model class. Each computes something from <c>[2, 4, 8, 8]</c>, in one file or several.
/// </summary>
internal static class ClassForms
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using QDrop;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;

        """;

    /// <summary>Name of the form, full name of the model, and its files.</summary>
    public static IReadOnlyDictionary<string, (string Type, string[] Files)> All { get; } =
        new Dictionary<string, (string, string[])>
        {
            ["a class over several files with other usings"] = (
                "Models.Net",
                [
                    Usings
                        + """
                        namespace Models
                        {
                            [Quantize]
                            public partial class Net : Module<Tensor, Tensor>
                            {
                                public Net() : base("Net") => RegisterComponents();
                                public override Tensor forward(Tensor x) => Tail(Stem(x));
                            }
                        }
                        """,
                    """
                    using T = TorchSharp.torch.Tensor;
                    using F = TorchSharp.torch.nn.functional;
                    namespace Models;
                    public partial class Net
                    {
                        private readonly TorchSharp.Modules.Conv2d conv = TorchSharp.torch.nn.Conv2d(4, 4, 3);
                        private T Stem(T t) => F.relu(conv.call(t));
                        private partial T Tail(T t);
                    }
                    """,
                    "namespace Models { partial class Net { private partial TorchSharp.torch.Tensor "
                        + "Tail(TorchSharp.torch.Tensor t) { return t.flatten(1) * 2; } } }",
                ]),
            ["global usings and no namespace"] = (
                "Net",
                [
                    "global using QDrop; global using TorchSharp; global using static TorchSharp.torch; global using "
                        + "static TorchSharp.torch.nn;",
                    """[Quantize] internal sealed partial class Net : Module<Tensor, Tensor> { private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1); public Net() : base("Net") => RegisterComponents(); public override Tensor forward(Tensor x) => functional.relu(conv.call(x)); }""",
                ]),
            ["a primary constructor"] = (
                "Models.Net",
                [
                    Usings
                        + """
                        namespace Models;
                        public sealed record Options(int Width = 4, double Slope = 0.2, bool Residual = true) { public int Twice => Width * 2; }
                        [Quantize(Factory = nameof(Make))]
                        public sealed partial class Net(double slope = 0.1, int times = 2, params string[] @class) : Module<Tensor, Tensor>("Net")
                        {
                            private readonly Options options = new(Slope: 0.3);
                            private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                            public static Net Make()
                            {
                                var net = new Net(times: 3);
                                net.RegisterComponents();
                                return net;
                            }
                            public override Tensor forward(Tensor x)
                            {
                                for (var i = 0; i < times + @class.Length; i++)
                                    x = leaky_relu(conv.forward(x), slope) + i;
                                return options is { Residual: true, Slope: var other } ? x * other * options.Twice : x;
                            }
                        }
                        """,
                ]),
            ["a record of options"] = (
                "Models.Block",
                [
                    Usings
                        + """
                        namespace Models;
                        public sealed record Options(int Width = 4, bool Residual = true) { public int Twice => Width * 2; }
                        [Quantize]
                        public sealed partial class Block : Module<Tensor, Tensor>
                        {
                            private readonly Options _options;
                            private readonly Module<Tensor, Tensor> conv;
                            public Block(Options? options = null) : base("Block") { _options = options ?? new(); conv = Conv2d(_options.Width, _options.Width, 1); RegisterComponents(); }
                            public override Tensor forward(Tensor x) => _options is { Residual: true, Twice: > 4 } ? conv.forward(x) + x : conv.forward(x);
                        }
                        """,
                ]),
            ["layers in properties"] = (
                "Models.Net",
                [
                    Usings
                        + """
                        namespace Models;
                        [Quantize]
                        public sealed partial class Net : Module<Tensor, Tensor>
                        {
                            private readonly Module<Tensor, Tensor> hidden = Conv2d(4, 4, 1);
                            private Module<Tensor, Tensor> Stem { get; } = Conv2d(4, 4, 1);
                            public required Module<Tensor, Tensor> Head { get; init; }
                            private Module<Tensor, Tensor> Hidden => hidden;
                            private Module<Tensor, Tensor> Act { get { return act; } }
                            private readonly Module<Tensor, Tensor> act = ReLU();
                            public Net() : base("Net") { register_module("stem", Stem); RegisterComponents(); }
                            [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
                            private Net(Module<Tensor, Tensor> head) : this() { Head = head; register_module("head", head); }
                            public static Net Make() => new(Conv2d(4, 2, 1));
                            public override Tensor forward(Tensor x) => Head.call(this.Act.call(Hidden.call(Stem.call(x))));
                        }
                        """.Replace("[Quantize]", "[Quantize(Factory = nameof(Make))]"),
                ]),
            ["nested and generic classes"] = (
                "Models.Zoo+Nested+Net",
                [
                    Usings
                        + """
                        namespace Models;
                        public abstract class Two<TFirst, TSecond>(TFirst first, TSecond second) : Module<Tensor, Tensor>("Two")
                            where TFirst : Module<Tensor, Tensor> where TSecond : Module<Tensor, Tensor>
                        {
                            protected readonly TFirst first = first;
                            protected readonly TSecond second = second;
                            protected abstract Tensor Between(Tensor t);
                            public override Tensor forward(Tensor x) => second.forward(Between(first.forward(x)));
                        }
                        public static partial class Zoo
                        {
                            internal partial class Nested
                            {
                                [Quantize]
                                internal sealed partial class Net : Module<Tensor, Tensor>
                                {
                                    private readonly Pair<Conv2d> pair = new(Conv2d(4, 4, 1));
                                    private readonly Outer<int>.Inner<string> inner = new();
                                    public Net() : base("Net") => RegisterComponents();
                                    public override Tensor forward(Tensor x) => inner.forward(pair.forward(x));
                                }
                            }
                            internal sealed partial class Pair<T> : Two<T, Module<Tensor, Tensor>> where T : Module<Tensor, Tensor>
                            {
                                public Pair(T first) : base(first, Conv2d(4, 4, 1)) => RegisterComponents();
                                protected override Tensor Between(Tensor t) => relu(t) + 1;
                            }
                            internal partial record Outer<TOuter>
                            {
                                public sealed partial class Inner<TInner> : Module<Tensor, Tensor> where TInner : class
                                {
                                    private readonly List<TInner?> tags = [default(TInner)];
                                    private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1);
                                    public Inner() : base("Inner") => RegisterComponents();
                                    private static int Count<T>(List<T> all) => all.Count;
                                    public override Tensor forward(Tensor x) => conv.forward(x) * Count(tags) + x;
                                }
                            }
                        }
                        """,
                ]),
            ["a model that derives from an abstract model class"] = (
                "Models.Vision.Net",
                [
                    Usings
                        + """
                        namespace Models
                        {
                            public abstract class Classifier<TOptions>(string name, TOptions options) : Module<Tensor, Tensor>(name) where TOptions : class
                            {
                                protected TOptions Options { get; } = options;
                                protected abstract Module<Tensor, Tensor> Body { get; }
                                protected virtual Module<Tensor, Tensor>? Head => null;
                                protected abstract Tensor Prepare(Tensor t);
                                protected virtual Tensor Finish(Tensor t) => t.flatten(1);
                                public override Tensor forward(Tensor x)
                                {
                                    x = Body.call(Prepare(x));
                                    if (Head is { } head)
                                        x = head.call(x);
                                    return Finish(x);
                                }
                            }
                            namespace Vision
                            {
                                public readonly record struct Size(int Width, int Height = 8) { public int Area => Width * Height; }
                                public sealed record Options { public Size Size { get; init; } = new(8); public bool Scales { get; init; } = true; public void Deconstruct(out int width, out bool scales) => (width, scales) = (Size.Width, Scales); }
                                public abstract partial class Convolutional(Options options) : Classifier<Options>("Net", options)
                                {
                                    protected override Tensor Prepare(Tensor t) => t / Options.Size.Area;
                                    protected sealed override Tensor Finish(Tensor t)
                                    {
                                        var (width, scales) = Options with { Scales = false };
                                        return scales ? base.Finish(t) : base.Finish(t) * width;
                                    }
                                }
                                [Quantize(Factory = nameof(Create))]
                                public sealed partial class Net : Convolutional
                                {
                                    private readonly Module<Tensor, Tensor> body = Sequential(("conv", Conv2d(4, 4, 1)), ("act", ReLU())), head = Conv2d(4, 2, 1);
                                    private Net() : base(new Options { Scales = false }) => this.RegisterComponents();
                                    internal static Net Create() => new();
                                    protected override Module<Tensor, Tensor> Body { get { return this.body; } }
                                    protected override Module<Tensor, Tensor> Head => head;
                                    public override Tensor forward(Tensor x) => relu(base.forward(x + 1)) * base.Options.Size.Height;
                                }
                            }
                        }
                        """,
                ]),
            ["keywords and names of the twin as names"] = (
                "@namespace.@class",
                [
                    Usings
                        + """
                        namespace @namespace
                        {
                            [Quantize]
                            public sealed partial class @class : Module<Tensor, Tensor>
                            {
                                public class Quantized { }
                                private readonly Module<Tensor, Tensor> @in = Conv2d(4, 4, 1), Chain = ReLU(), Context = Conv2d(4, 4, 1), model = ReLU(), Descriptor = ReLU(), base_ = ReLU();
                                public @class() : base("class") => RegisterComponents();
                                private Tensor @switch(Tensor @else, int @int = 1) => model.forward(@else) * @int;
                                private static Tensor forward2(Tensor Ops) => Ops;
                                public override Tensor forward(Tensor @params)
                                {
                                    var context = @in.forward(@params);
                                    Tensor output = Context.call(Chain.call(context)), _in = output;
                                    return forward2(this.@switch(@else: Descriptor.forward(_in) + base_.forward(output)));
                                }
                            }
                        }
                        """,
                ]),
        };
}
