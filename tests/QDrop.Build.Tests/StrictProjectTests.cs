using Xunit;

namespace QDrop.Build.Tests;

/// <summary>A project that is as strict as projects can be gets no warning for the sake of its twins.</summary>
public sealed class StrictProjectTests
{
    private const string Strict = """
        <GenerateDocumentationFile>true</GenerateDocumentationFile>
        <IsTrimmable>true</IsTrimmable>
        <EnableTrimAnalyzer>true</EnableTrimAnalyzer>
        <EnableSingleFileAnalyzer>true</EnableSingleFileAnalyzer>
        <EnableAotAnalyzer>true</EnableAotAnalyzer>
        <EmitCompilerGeneratedFiles>true</EmitCompilerGeneratedFiles>
        <CompilerGeneratedFilesOutputPath>$(MSBuildProjectDirectory)/twins</CompilerGeneratedFilesOutputPath>
        <DefaultItemExcludes>$(DefaultItemExcludes);twins/**</DefaultItemExcludes>
        """;

    private const string Models = """
        /// <summary>A model.</summary>
        [Quantize]
        public sealed partial class Net(double slope = 0.1) : Classifier("Net")
        {
            private readonly Module<Tensor, Tensor> head = Linear(4, 2);

            /// <inheritdoc/>
            public override Tensor forward(Tensor x) => functional.leaky_relu(head.forward(Body.Features(base.forward(x))), slope);
        }

        /// <summary>What a model derives from.</summary>
        public abstract class Classifier(string name) : Module<Tensor, Tensor>(name)
        {
            private readonly Module<Tensor, Tensor> stem = Linear(4, 4);

            /// <summary>The middle.</summary>
            protected Body Body { get; } = new();

            /// <inheritdoc/>
            public override Tensor forward(Tensor x) => functional.relu(stem.forward(x));
        }

        /// <summary>A part of the model.</summary>
        public sealed partial class Body : Module<Tensor, Tensor>
        {
            private readonly ModuleList<Module<Tensor, Tensor>> layers = new(Linear(4, 4), ReLU());

            /// <summary>Makes it.</summary>
            public Body() : base("Body") => RegisterComponents();

            /// <summary>What the layers compute.</summary>
            /// <param name="x">The input.</param>
            /// <returns>The sum of all.</returns>
            public Tensor Features(Tensor x)
            {
                foreach (var layer in layers)
                    x = layer.forward(x) + x;
                return x;
            }

            /// <inheritdoc/>
            public override Tensor forward(Tensor x) => Features(x);
        }
        """;

    [Fact]
    public void Its_twins_give_no_warning_and_a_formatter_would_leave_them_as_they_are()
    {
        using var project = new TestProject(properties: Strict);
        project.Write("Program.cs", Sources.EmptyProgram);
        project.Write("Models.cs", "using TorchSharp.Modules;\n" + Sources.Usings + Models);

        BuildResult built = project.Build("-p:QDropEnabled=false");
        Assert.True(built.ExitCode == 0, built.Output);
        Assert.DoesNotContain(
            "warning",
            built.Output.Replace("0 Warning(s)", "", StringComparison.Ordinal),
            StringComparison.OrdinalIgnoreCase);

        string twins = project.File("twins");
        Assert.Equal(
            ["App.Body.Quantized.g.cs", "App.Net.Quantized.g.cs"],
            Directory
                .GetFiles(twins, "*.Quantized.g.cs", SearchOption.AllDirectories)
                .Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        (int status, string? output) = DotNet.Run(
            twins, ["format", "whitespace", twins, "--folder", "--verify-no-changes", "--include-generated"]);
        Assert.True(status == 0, output);
    }
}
