using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests.Caching;

/// <summary>A project of several files, two of which are models, and edits of it.</summary>
internal static class Project
{
    private const string Usings = """
        using QDrop;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        namespace Models;

        """;

    private static readonly ImmutableDictionary<string, string> Files = new Dictionary<string, string>
    {
        ["Net.cs"] = Usings + """
            [Quantize]
            internal sealed partial class Net : Base
            {
                private readonly Module<Tensor, Tensor> conv1 = Parts.Make(Sizes.Hidden), conv2;
                public Net() : base(nameof(Net))
                {
                    conv2 = Conv2d(8, 8, 3);
                    RegisterComponents();
                }
                public override Tensor forward(Tensor x)
                {
                    var y = relu(conv1.forward(x));
                    return conv2.forward(y).narrow(1, 0, Sizes.Hidden).flatten(1);
                }
            }
            """,
        ["Other.cs"] = Usings + """
            [Quantize]
            internal sealed partial class Other() : Module<Tensor, Tensor>("other")
            {
                private readonly Linear fc = Linear(4, 4);
                public override Tensor forward(Tensor x) => fc.forward(x).relu();
            }
            """,
        ["Base.cs"] = Usings + """
            internal abstract class Base(string name) : Module<Tensor, Tensor>(name)
            {
                protected int Classes { get; } = 10;
            }
            """,
        ["Parts.cs"] = Usings + """
            internal static class Parts
            {
                public static Module<Tensor, Tensor> Make(int width)
                {
                    return Conv2d(3, width, 3);
                }
            }
            """,
        ["Sizes.cs"] = """
            namespace Models;
            internal static class Sizes
            {
                public const int Hidden = 8;
                public static readonly int Batch = 32;
            }
            """,
        ["Neighbour.cs"] = """
            using System;
            namespace Models;
            internal sealed class Neighbour
            {
                private int _count = 1;
                public int Count { get { return _count; } }
                public int Twice() => 2 * _count;
                public void Add(int n)
                {
                    _count += n;
                    Console.WriteLine(_count);
                }
            }
            """,
    }.ToImmutableDictionary();

    public static CSharpCompilation Compilation { get; } =
        GeneratorRun.Compile(Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value)));

    /// <summary>The project with a piece of a file replaced; the piece must be there.</summary>
    public static CSharpCompilation With(CSharpCompilation compilation, string file, string before, string after)
    {
        SyntaxTree tree = compilation.SyntaxTrees.Single(t => t.FilePath == file);
        string source = tree.ToString();
        Assert.Contains(before, source);
        return compilation.ReplaceSyntaxTree(tree, GeneratorRun.Parse(source.Replace(before, after), file));
    }

    public static CSharpCompilation With(string file, string before, string after) =>
        With(Compilation, file, before, after);

    /// <summary>The project with one more file.</summary>
    public static CSharpCompilation Plus(string file, string source) =>
        Compilation.AddSyntaxTrees(GeneratorRun.Parse(source, file));
}
