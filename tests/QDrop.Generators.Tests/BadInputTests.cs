using Microsoft.CodeAnalysis;
using QDrop.Generators.Tests.Fuzzing;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Sources that nobody should write, and some that only programs write.</summary>
public sealed class BadInputTests
{
    private const int Many = 4000;

    private static readonly Dictionary<string, string> Cases = new()
    {
        ["nothing"] = "",
        ["an attribute of nothing"] = "using QDrop; [Quantize]",
        ["an attribute of a file"] = "using QDrop; [assembly: Quantize]",
        ["an attribute of what is no class"] =
            "using QDrop; [Quantize] struct A { } [Quantize] interface B { } [Quantize] enum C { } [Quantize] delegate "
                + "void D();",
        ["two attributes"] = DiagnosticCases.Model("[Quantize][Quantize(W = 2)]", "partial class Net"),
        ["two declarations with an attribute each"] =
            DiagnosticCases.Model("[Quantize]", "partial class Net") + "\n[Quantize] partial class Net { }",
        ["a class twice"] = DiagnosticCases.Model("[Quantize]", "partial class Net") + "\n[Quantize] class Net { }",
        ["classes that derive from each other"] =
            Forwards.Source("", "return x;").Replace(": Module<Tensor, Tensor>", ": Round")
            + "\ninternal partial class Round : Net { }",
        ["a class that derives from itself"] = Forwards
            .Source("", "return x;")
            .Replace(": Module<Tensor, Tensor>", ": Net"),
        ["a class whose type argument contains itself"] =
            Forwards.Source("private readonly Box<Box<Net>> box = new();", "return x;")
            + "\ninternal partial class Box<T> : Module<Box<Box<T>>, Tensor> { }",
        ["methods that call each other"] = Forwards.Source(
            "Tensor A(Tensor t) => B(t); Tensor B(Tensor t) => A(t);", "return A(x);"),
        ["a field that is the model"] = Forwards.Source(
            "private readonly Net inner = new();", "return inner.forward(x);"),
        ["two forwards"] = Forwards.Source("public override Tensor forward(Tensor y) => y;", "return x;"),
        ["forward without a body"] = Forwards
            .Source("", "return x;")
            .Replace("return x;", "")
            .Replace("forward(Tensor x)", "forward(Tensor x);"),
        ["unpaired surrogates and null characters"] = Forwards.Source("", "return x; // \ud800 \0\n\0") + "\udc00",
        ["a value that depends on itself"] = DiagnosticCases.Model(
            "[Quantize(W = N)]", "partial class Net", members: "private const int N = N + 1;"),
        ["a long sum"] = Forwards.Source("", "return x" + string.Concat(Enumerable.Repeat(" + x", Many)) + ";"),
        ["a long chain of calls"] = Forwards.Source(
            "", "return x" + string.Concat(Enumerable.Repeat(".relu()", Many)) + ";"),
        ["deep calls"] = Forwards.Source(
            "", "return " + string.Concat(Enumerable.Repeat("relu(", Many)) + "x" + new string(')', Many) + ";"),
        ["deep parentheses"] = Forwards.Source(
            "", "return " + new string('(', Many) + "x" + new string(')', Many) + ";"),
        ["deep blocks"] = Forwards.Source(
            "", new string('{', Many) + "x = relu(x);" + new string('}', Many) + " return x;"),
        ["deep conditions"] = Forwards.Source(
            "private readonly bool flag;",
            string.Concat(Enumerable.Repeat("if (flag) ", Many / 4)) + "x = relu(x); return x;"),
        ["deep conditional expressions"] = Forwards.Source(
            "private readonly bool flag;",
            "return " + string.Concat(Enumerable.Repeat("flag ? x : ", Many / 4)) + "x;"),
        ["many statements"] = Forwards.Source(
            "", string.Concat(Enumerable.Repeat("x = relu(conv1.forward(x));\n", Many / 8)) + "return x;"),
        ["many branches"] = Forwards.Source(
            "private readonly bool flag;",
            string.Concat(Enumerable.Repeat("if (flag) x = relu(x);\n", Many / 16)) + "return x;"),
        ["deep loops"] = Forwards.Source(
            "",
            string.Concat(Enumerable.Range(0, 12).Select(i => $"for (var i{i} = 0; i{i} < 2; i{i}++) {{ "))
                + "x = conv1.forward(relu(x)); var y = x; x = y;"
                + new string('}', 12)
                + " return x;"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_survived(string name)
    {
        var project = new FuzzedProject("Model.cs", GeneratorRun.Compile(("Model.cs", "")));
        Verdict verdict = project.Try(Cases[name]);
        Assert.True(verdict.Failure is null, verdict.Failure);
    }

    [Fact]
    public void Code_that_is_too_deep_is_said_where_it_becomes_so()
    {
        var run = GeneratorRun.Of(
            Forwards.Source("", "var y = x" + string.Concat(Enumerable.Repeat(" + x", 500)) + "; return y;"));
        Diagnostic found = Assert.Single(run.Diagnostics);
        Assert.Equal("QDROP008", found.Id);
        Assert.Matches(@"^x( \+ x)+$", found.Location.SourceTree!.GetText().ToString(found.Location.SourceSpan));
    }
}
