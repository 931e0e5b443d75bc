using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>Which code a model's fingerprint sees.</summary>
public sealed class FingerprintTests
{
    private const string Source = """
        using QDrop;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static Test.Constants;

        namespace Test;

        public static class Constants
        {
            public const int Width = (int)(2 * Half);
            public const double Half = 8;
            public static readonly double Gain = Compute(3);
            public static double Shift { get; } = 0.25;
            public static readonly double[] Table;
            public static readonly double Unrelated = 5;
            public const double Lower = 0.75;
            public const double Limit = 9.5;

            static Constants() => Table = [1.5, 2];

            private static double Compute(int n) => n * 0.5;
        }

        public class First
        {
            protected double Start;
            public First() { Start = 1.5; }
        }

        public sealed class Steps : First
        {
            public double Last { get; private set; }
            public double this[int at] { get => at * 1.125; set => Last = value + 0.25; }
            public static double operator +(Steps left, double right) => left.Start + right * 6;
        }

        public sealed class Range(double upper)
        {
            public double Upper { get; } = upper + 0;
        }

        public sealed class Options(double slope = 0.125)
        {
            public double Slope { get; } = slope;
            public double Limit { get; init; } = 6;
            public double Other { get; init; } = 7;
        }

        public enum Kind { First = 1, Second }

        [Quantize(W = 4, A = 4)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear((long)Width, (long)Width);
            private readonly double _scale = Gain;
            private readonly double _slope = new Options().Slope;
            private readonly double _limit = new Options { }.Limit;
            private readonly int _kind = (int)Kind.Second;

            public Net() : base("net") => RegisterComponents();

            public override Tensor forward(Tensor x) =>
                (fc.call(x * _scale) + Constants.Shift) * Table[1] * _slope * _limit * _kind * Twice(3);

            private static double Twice(double x) => Numbers.Times(x) + Named() + Forms(x, null);

            // A parameter, and a member of the class, with the name of a value of another class.
            private static double Named(double Lower = Lower) => Lower * (new Range(3) is { Upper: 3 } ? 1 : 2);

            private double Upper => 3;

            private static double Forms(object o, Steps? q) =>
                (o is Limit ? 1 : 2) * (q?[1] ?? 0) * new Steps { [2] = 3 }.Last * Numbers.Half() * (new Steps() + 1);
        }

        public static partial class Numbers
        {
            public static partial double Half();
            public static partial double Half() => 0.625;
            public static double Times(double x, double by = 2) => x * by;
        }
        """;

    [Theory]
    [InlineData("2 * Half", "4 * Half")]
    [InlineData("Half = 8", "Half = 16")]
    [InlineData("Compute(3)", "Compute(4)")]
    [InlineData("n * 0.5", "n * 0.75")]
    [InlineData("= 0.25", "= 0.5")]
    [InlineData("[1.5, 2]", "[1.5, 3]")]
    [InlineData("slope = 0.125", "slope = 0.5")]
    [InlineData("init; } = 6", "init; } = 5")]
    [InlineData("First = 1", "First = 2")]
    [InlineData("by = 2", "by = 3")]
    [InlineData("x * by", "x + by")]
    [InlineData("Lower = 0.75", "Lower = 0.5")]
    [InlineData("upper + 0", "upper + 1")]
    [InlineData("Limit = 9.5", "Limit = 9.25")]
    [InlineData("at * 1.125", "at * 1.25")]
    [InlineData("value + 0.25", "value + 0.5")]
    [InlineData("Start = 1.5", "Start = 2.5")]
    [InlineData("right * 6", "right * 7")]
    [InlineData("=> 0.625", "=> 0.5")]
    public void Values_of_other_classes_that_the_model_reads_count(string before, string after) =>
        Assert.NotEqual(Of(Source), Of(Changed(before, after)));

    [Theory]
    [InlineData("Unrelated = 5", "Unrelated = 6")]
    [InlineData("init; } = 7", "init; } = 8")]
    [InlineData("n * 0.5;", "n  *  0.5; // half")]
    public void What_the_model_does_not_read_does_not_count(string before, string after) =>
        Assert.Equal(Of(Source), Of(Changed(before, after)));

    [Fact]
    public void Constants_of_other_assemblies_count_by_their_values()
    {
        Assert.NotEqual(With(3, 1), With(4, 1));
        Assert.Equal(With(3, 1), With(3, 2));

        static string With(int width, int other)
        {
            CSharpCompilation library = GeneratorRun
                .Compile(
                    (
                        "Library.cs",
                        "public static class Shared { "
                            + $"public const int Width = {width}; public const int Other = {other}; }}"))
                .WithAssemblyName("Library")
                .WithOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
            using var file = new MemoryStream();
            Assert.True(library.Emit(file).Success);
            return Of(
                GeneratorRun
                    .Compile(("Net.cs", Source.Replace("* _kind", "* Shared.Width")))
                    .AddReferences(MetadataReference.CreateFromImage(file.ToArray())));
        }
    }

    private static string Changed(string before, string after)
    {
        Assert.Contains(before, Source, StringComparison.Ordinal);
        return Source.Replace(before, after);
    }

    private static string Of(string source) => Of(GeneratorRun.Compile(("Net.cs", source)));

    private static string Of(CSharpCompilation compilation)
    {
        var run = GeneratorRun.Of(compilation);
        Assert.Empty(run.Output.GetDiagnostics().Where(static d => d.DefaultSeverity == DiagnosticSeverity.Error));
        return run.Sources["Test.Net.Quantized.g.cs"].Split('\n').Single(static l => l.Contains("Fingerprint ="));
    }
}
