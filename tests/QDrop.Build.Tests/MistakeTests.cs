using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A project with every kind of mistake, as <c>dotnet build</c> and <c>dotnet format</c> see it.</summary>
public sealed class MistakeTests
{
    private const string Fixable = Sources.Usings + """
        public static class Zoo
        {
            [Quantize]
            public class /*QDROP001*/Inner() : Module<Tensor, Tensor>("inner")
            {
                private readonly TorchSharp.Modules.Linear fc = Linear(4, 4);

                public override Tensor forward(Tensor x) => fc.forward(x);
            }
        }

        [Quantize]
        public partial class /*QDROP003*/Sized(int width) : Module<Tensor, Tensor>("sized")
        {
            private readonly TorchSharp.Modules.Linear fc = Linear(width, width);

            public override Tensor forward(Tensor x) => fc.forward(x);
        }

        [Quantize(/*QDROP004*/W = 9, /*QDROP005*/Drop = -1, /*QDROP006*/Samples = 0)]
        public partial class Settings() : Module<Tensor, Tensor>("settings")
        {
            private readonly TorchSharp.Modules.Linear fc = Linear(4, 4);

            public override Tensor forward(Tensor x) => fc.forward(x);
        }
        """;

    private const string Unfixable = Sources.Usings + """
        [Quantize]
        public partial class /*QDROP002*/NoModule;

        [Quantize]
        public partial class Wrong() : Module<Tensor, Tensor>("wrong")
        {
            private readonly TorchSharp.Modules.Bilinear pair = Bilinear(4, 4, 4);
            private Tensor? last;

            public override Tensor forward(Tensor x)
            {
                /*QDROP008*/last = x;
                x = /*QDROP009*/pair.forward(x, x);
                return /*QDROP007*/x.logcumsumexp(1);
            }

            public Tensor? Last => last;
        }

        // An error in a declaration, which ends the compiler before it asks analyzers.
        public static class User { public static Wrong.Quantized? Twin { get; } }
        """;

    private const string Advised = Sources.Usings + """
        [Quantize(Method = Method.Nearest, /*QDROP016*/Drop = 0.5)]
        public partial class Advised() : Module<Tensor, Tensor>("advised")
        {
            private readonly TorchSharp.Modules.Linear fc = Linear(4, 4), /*QDROP010*/forgotten = Linear(4, 4);
            private readonly Join join = new();

            public override Tensor forward(Tensor x) => join.forward(fc.forward(x));
        }

        [/*QDROP014*/QuantizationBlock]
        public partial class Join() : Module<Tensor, Tensor>("join")
        {
            public override Tensor forward(Tensor x) => functional.relu(x) + x;
        }

        [/*QDROP015*/QuantizationBlock]
        public partial class Unreached() : Module<Tensor, Tensor>("unreached")
        {
            public override Tensor forward(Tensor x) => x;
        }

        [/*QDROP013*/Quantize]
        public partial class Pool() : Module<Tensor, Tensor>("pool")
        {
            public override Tensor forward(Tensor x) => functional.relu(x);
        }
        """;

    [Fact]
    public void Every_diagnostic_is_printed_at_its_place_and_fixes_are_applied()
    {
        using var project = new TestProject(properties: "<TreatWarningsAsErrors>false</TreatWarningsAsErrors>");
        project.Write("Program.cs", Sources.EmptyProgram);
        project.Write("Fixable.cs", Fixable);
        project.Write("Unfixable.cs", Unfixable);
        project.Write("Advised.cs", Advised);

        BuildResult wrong = project.Build("-p:QDropEnabled=false");
        Assert.NotEqual(0, wrong.ExitCode);
        // A class around a model must be partial, too.
        string zoo = Place(Fixable, "class Zoo", "class ".Length, "Fixable.cs", "QDROP001");
        Assert.Equal(
            [
                .. Marked("Fixable.cs", Fixable)
                    .Append(zoo)
                    .Concat(Marked("Unfixable.cs", Unfixable))
                    .Order(StringComparer.Ordinal),
            ],
            Places(wrong.Errors));

        File.Delete(project.File("Unfixable.cs"));
        (int status, string? output) = DotNet.Run(
            project.Folder,
            [
                "format",
                "analyzers",
                "App.csproj",
                "--no-restore",
                "--diagnostics",
                "QDROP001",
                "QDROP003",
                "QDROP004",
                "QDROP005",
                "QDROP006",
            ]);
        Assert.True(status == 0, output);
        Assert.Equal(Fixed, File.ReadAllText(project.File("Fixable.cs")));
        Assert.Equal(Advised, File.ReadAllText(project.File("Advised.cs")));

        BuildResult right = project.Build("-p:QDropEnabled=false");
        Assert.True(right.ExitCode == 0, right.Output);
        Assert.Equal(Marked("Advised.cs", Advised).Order(StringComparer.Ordinal), Places(right.Warnings));
    }

    private static string Fixed =>
        Fixable
            .Replace("public static class Zoo", "public static partial class Zoo", StringComparison.Ordinal)
            .Replace(
                "public class /*QDROP001*/Inner", "public partial class /*QDROP001*/Inner", StringComparison.Ordinal)
            .Replace(
                "[Quantize]\npublic partial class /*QDROP003*/Sized",
                "[Quantize(Factory = nameof(Create))]\npublic partial class /*QDROP003*/Sized",
                StringComparison.Ordinal)
            .Replace(
                "forward(x);\n}\n\n[Quantize(/*QDROP004*/W = 9",
                "forward(x);\n\n    private static Sized Create() => new(width: 0);\n}\n\n[Quantize(/*QDROP004*/W = 9",
                StringComparison.Ordinal)
            .Replace("W = 9", "W = 8", StringComparison.Ordinal)
            .Replace("Drop = -1", "Drop = 0", StringComparison.Ordinal)
            .Replace("Samples = 0", "Samples = 1", StringComparison.Ordinal);

    /// <summary>Where the comments say that a diagnostic is: right behind them.</summary>
    private static IEnumerable<string> Marked(string file, string source)
    {
        for (int at = source.IndexOf("/*QDROP", StringComparison.Ordinal);
            at >= 0;
            at = source.IndexOf("/*QDROP", at + 1, StringComparison.Ordinal))
        {
            string mark = source.Substring(at, "/*QDROP000*/".Length);
            yield return Place(source[at..], mark, mark.Length, file, mark[2..^2], source[..at]);
        }
    }

    private static string Place(string source, string text, int offset, string file, string id, string before = "")
    {
        string until = before + source[..(source.IndexOf(text, StringComparison.Ordinal) + offset)];
        return $"{file}({until.Count(c => c == '\n') + 1},{until.Length - until.LastIndexOf('\n')}): {id}";
    }

    private static IEnumerable<string> Places(
        IEnumerable<Microsoft.Build.Logging.StructuredLogger.AbstractDiagnostic> diagnostics) =>
        diagnostics
            .Select(d => $"{Path.GetFileName(d.File)}({d.LineNumber},{d.ColumnNumber}): {d.Code}")
            .Distinct()
            .Order(StringComparer.Ordinal);
}
