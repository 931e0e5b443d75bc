using Xunit;

namespace QDrop.Build.Tests;

/// <summary>Models in a library and in the program that references it.</summary>
public sealed class LibraryTests
{
    private const string Arguments =
        """Iterations = 5, Samples = 16, Weights = "../weights.safetensors", CalibrationData = "../inputs.safetensors" """;

    [Fact]
    public void A_library_is_calibrated_too_and_a_program_finds_its_code_before_it_is_copied()
    {
        // The program's calibration source is of the library, whose assembly is not yet beside the program while that
        // is calibrated.
        using var project = new TestProject(
            """<ProjectReference Include="library/Library.csproj" />""",
            "<EnableDefaultCompileItems>false</EnableDefaultCompileItems>");
        project.Write("library/Library.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
            </Project>
            """);
        project.Write(
            "library/Models.cs",
            Sources.Usings
                + Sources.Net("LibraryNet", Arguments)
                + """
                public sealed class LibrarySource : ICalibrationSource
                {
                    public Tensor Load(CalibrationRequest request) => new QDrop.SafetensorsCalibrationSource().Load(request);
                }

                """
        );
        project.Write(
            "App.csproj",
            File.ReadAllText(project.Project)
                .Replace("<ItemGroup>", "<ItemGroup><Compile Include=\"*.cs\" />", StringComparison.Ordinal));
        project.Write(
            "TinyNet.cs",
            Sources.Usings
                + Sources.Net(
                    "TinyNet",
                    Arguments.Replace("../", "", StringComparison.Ordinal) + ", Calibration = typeof(LibrarySource)"));
        Sources.WriteWeights(project.File("weights.safetensors"));
        Sources.WriteInputs(project.File("inputs.safetensors"));

        BuildResult result = project.Build();

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal(
            [
                "App.LibraryNet.qdrop.html",
                "App.LibraryNet.qdrop.json",
                "App.LibraryNet.qdrop.safetensors",
                "App.TinyNet.qdrop.html",
                "App.TinyNet.qdrop.json",
                "App.TinyNet.qdrop.safetensors",
            ],
            TestProject.ResultsIn(project.Bin));
        Assert.Equal(
            ["App.LibraryNet.qdrop.html", "App.LibraryNet.qdrop.json", "App.LibraryNet.qdrop.safetensors"],
            TestProject.ResultsIn(project.File("library", "bin", "Debug", "net10.0")));
    }
}
