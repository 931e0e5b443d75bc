using Microsoft.Build.Logging.StructuredLogger;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>
/// One build of a project with one sound model and many that are not: every error has its code, and stands at its
/// cause.
/// </summary>
public sealed class BadInputTests(BadInputTests.Broken broken) : IClassFixture<BadInputTests.Broken>
{
    private const string Command = "tests/QDrop.Calibration.Tests/Artifacts/PyTorch/Files/command.pth";

    private const string Sound =
        """Iterations = 5, Samples = 16, Weights = "weights.safetensors", CalibrationData = "inputs.safetensors" """;

    /// <summary>
    /// Each model's fault in its attribute or its code, with the error's code and what its text must say.
    /// </summary>
    private static readonly Fault[] Faults =
    [
        new(
            "MissingWeights",
            "QDROP210",
            "nowhere.safetensors",
            Attribute: Sound.Replace("weights.s", "nowhere.s", StringComparison.Ordinal)),
        new(
            "OtherShapes",
            "QDROP211",
            "linear.weight",
            Attribute: Sound.Replace("weights.s", "seven.s", StringComparison.Ordinal)),
        new(
            "NanWeights",
            "QDROP212",
            "conv1.weight",
            Attribute: Sound.Replace("weights.s", "nan.s", StringComparison.Ordinal)),
        new(
            "NoWeightsFile",
            "QDROP213",
            "text.safetensors",
            Attribute: Sound.Replace("weights.s", "text.s", StringComparison.Ordinal)),
        new("CodeInWeights", "QDROP214", "posix.system", Sound.Replace("weights.safetensors", "command.pth")),
        new(
            "MissingInputs",
            "QDROP220",
            "nowhere.safetensors",
            Attribute: Sound.Replace("inputs.s", "nowhere.s", StringComparison.Ordinal)),
        new(
            "SourceThrows",
            "QDROP220",
            "App.ThrowingSource.Load",
            Attribute: Sound + ", Calibration = typeof(ThrowingSource)"),
        new("UnevenInputs", "QDROP220", "entry 1", Attribute: Sound + ", Calibration = typeof(UnevenSource)"),
        new(
            "EmptyInputs",
            "QDROP221",
            "[0, 3, 8, 8]",
            Attribute: Sound.Replace("inputs.s", "empty.s", StringComparison.Ordinal)),
        new(
            "OtherChannels",
            "QDROP222",
            "[16, 4, 8, 8]",
            Attribute: Sound.Replace("inputs.s", "channels.s", StringComparison.Ordinal)),
        new("OtherType", "QDROP222", "Int64", Attribute: Sound + ", Calibration = typeof(IntegerSource)"),
        new(
            "FewInputs",
            "QDROP223",
            "8 samples",
            Attribute: Sound.Replace("inputs.s", "few.s", StringComparison.Ordinal)),
        new("NanInputs", "QDROP224", "NaN", Attribute: Sound.Replace("inputs.s", "bad.s", StringComparison.Ordinal)),
        new(
            "ForwardThrows",
            "QDROP230",
            "no colours",
            Attribute: Sound,
            Start: """if (x.shape[1] == 3) throw new InvalidOperationException("no colours");"""),
        new(
            "ConstructorThrows",
            "QDROP231",
            "no model today",
            Attribute: Sound,
            Constructor: """if (Environment.ProcessId > 0) throw new InvalidOperationException("no model today");"""),
        new("BadWidth", "QDROP004", "W = 9", Attribute: Sound, Item: """W="9" """),
        new("BadActivations", "QDROP004", "A = 1", Attribute: Sound, Item: """A="1" """),
        new("BadDrop", "QDROP005", "Drop = 1.5", Attribute: Sound, Item: """Drop="1.5" """),
        new("BadIterations", "QDROP006", "Iterations = 0", Attribute: Sound, Item: """Iterations="0" """),
        new("BadNumber", "QDROP106", "Iterations = many", Attribute: Sound, Item: """Iterations="many" """),
        new("BadPreset", "QDROP106", "expected one of Paper, Quick", Attribute: Sound, Item: """Preset="Slow" """),
        new("BadTruth", "QDROP106", "expected true or false", Attribute: Sound, Item: """WeightsPerChannel="1" """),
        new("BadPercentile", "QDROP006", "Percentile = 50", Attribute: Sound, Item: """Percentile="50" """),
        new("BadBudget", "QDROP036", "it has no unit", Attribute: Sound, Item: """Budget="3.0" """),
        new(
            "BadBesideBudget",
            "QDROP006",
            "Lambda = -1",
            Attribute: Sound,
            Item: """W="2" MaxW="6" Budget="3.0 bits" Lambda="-1" """,
            At: "Lambda"),
        new(
            "BadBesideCpq",
            "QDROP006",
            "GateShare = 2",
            Attribute: Sound,
            Item: """Method="Cpq" BitPenalty="0.1" GateShare="2" """,
            At: "GateShare"),
        new(
            "BudgetOfAttribute",
            "QDROP037",
            "at least W, which is 7",
            Attribute: Sound + """, MaxW = 6, Budget = "5.5 bits" """,
            Item: """W="7" """,
            At: "W"),
        new(
            "LargestBelowSmallest",
            "QDROP037",
            "MaxW = 3",
            Attribute: Sound,
            Item: """W="5" MaxW="3" Budget="6 bits" """,
            At: "MaxW"),
        new(
            "TwoFaults",
            "QDROP006",
            "Iterations = 0",
            Attribute: Sound,
            Item: """Lambda="-1" Iterations="0" """,
            At: "Iterations"),
        new("LargestAlone", "QDROP037", "a Budget beside it", Attribute: Sound, Item: """MaxW="6" """),
        new(
            "Contradiction",
            "QDROP006",
            "SymmetricActivations",
            Attribute: Sound,
            Item: """SymmetricActivations="true" ActivationLearning="LsqPlus" """,
            At: "ActivationLearning"),
        new(
            "LearnedOffset",
            "QDROP033",
            "LsqPlus",
            Attribute: Sound,
            Item: """Scale="PowerOfTwo" ActivationLearning="LsqPlus" """,
            At: "ActivationLearning"),
        new("BadNorm", "QDROP106", "Norm = some", Attribute: Sound, Item: """Norm="some" """),
        new("BadInsight", "QDROP106", "Insight = perhaps", Attribute: Sound, Item: """Insight="perhaps" """),
        new(
            "ItemWeights",
            "QDROP210",
            "elsewhere.safetensors",
            Attribute: Sound,
            Item: """Weights="elsewhere.safetensors" """),
        new("ItemInputs", "QDROP223", "8 samples", Attribute: Sound, Item: """CalibrationData="few.safetensors" """),
        new("ItemSource", "QDROP220", "App.NoSource", Attribute: Sound, Item: """Calibration="App.NoSource" """),
        new("Diverges", "QDROP240", "learning rate", Attribute: Sound, Item: """LearningRate="1e38" """, AtItem: false),
    ];

    public static TheoryData<string> Names => [.. Faults.Select(static f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_fault_has_its_code_at_its_cause(string name)
    {
        Fault fault = Faults.Single(f => f.Name == name);
        (string? file, int line) = broken.PlaceOf(fault);

        AbstractDiagnostic error = Assert.Single(broken.Result.Errors, e => e.File == file && e.LineNumber == line);

        Assert.Equal(fault.Code, error.Code);
        Assert.Contains(fault.Text, error.Text, StringComparison.OrdinalIgnoreCase);
        Assert.True(error.ColumnNumber > 0);
        if (fault.At is not null)
            Assert.Equal(
                fault.At + "=",
                File.ReadAllLines(file)[line - 1].Substring(error.ColumnNumber - 1, fault.At.Length + 1));
    }

    [Fact]
    public void An_item_that_names_no_model_says_which_there_are()
    {
        AbstractDiagnostic error = Assert.Single(broken.Result.Errors, static e => e.Code == "QDROP105");
        Assert.Equal((broken.Project, broken.LineOf("App.Typo", "App.csproj")), (error.File, error.LineNumber));
        Assert.Contains("App.TinyNet", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_items_for_one_model_are_an_error()
    {
        AbstractDiagnostic error = Assert.Single(broken.Result.Errors, static e => e.Code == "QDROP108");
        Assert.Contains("App.Twice", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_else_is_an_error() => Assert.Equal(Faults.Length + 2, broken.Result.Errors.Count);

    [Fact]
    public void The_build_fails_and_the_summary_is_missing()
    {
        Assert.NotEqual(0, broken.Result.ExitCode);
        Assert.Null(broken.Result.Summary);
    }

    [Fact]
    public void A_misspelt_metadatum_is_a_warning() =>
        Assert.Contains(
            broken.Result.Warnings,
            static w => w.Code == "QDROP110" && w.Text.Contains("Iteration ", StringComparison.Ordinal));

    [Fact]
    public void A_model_with_weights_but_no_inputs_is_a_warning_at_its_attribute() =>
        Assert.Equal(
            broken.LineOf("class HalfNamed", "Models.cs") - 1,
            Assert.Single(broken.Result.Warnings, static w => w.Code == "QDROP107").LineNumber);

    [Fact]
    public void Only_the_sound_model_leaves_files_and_none_is_partial() => Assert.Equal(
        [
            "App.TinyNet.qdrop.html",
            "App.TinyNet.qdrop.json",
            "App.TinyNet.qdrop.key",
            "App.TinyNet.qdrop.outputs",
            "App.TinyNet.qdrop.safetensors",
        ],
        broken.Files.Where(static f => f is not ("qdrop.settings.txt" or "qdrop.inputs.txt")));

    [Fact]
    public void What_user_code_prints_is_no_message_of_the_worker() =>
        Assert.Contains(
            "\"Kind\":\"summary\"",
            broken
                .Result.Log!.FindChildrenRecursive<Message>()
                .Select(static m => m.Text)
                .Single(static t => t is not null && t.Contains("printed by user code", StringComparison.Ordinal)),
            StringComparison.Ordinal);

    /// <summary>A model that is not sound.</summary>
    /// <param name="Name">The model's class.</param>
    /// <param name="Code">The code of its error.</param>
    /// <param name="Text">What the error says, among other things.</param>
    /// <param name="Attribute">Arguments of its attribute.</param>
    /// <param name="Start">Statements at the start of its forward.</param>
    /// <param name="Constructor">Statements at the start of its constructor.</param>
    /// <param name="Item">Metadata of its item; none, no item.</param>
    /// <param name="AtItem">Whether the error stands at the item, if there is one.</param>
    /// <param name="At">
    /// The metadatum of the item that the error stands at; <see langword="null"/> where any will do.
    /// </param>
    internal sealed record Fault(
        string Name,
        string Code,
        string Text,
        string Attribute,
        string Start = "",
        string Constructor = "",
        string? Item = null,
        bool AtItem = true,
        string? At = null);

    /// <summary>The project and its build.</summary>
    public sealed class Broken : IDisposable
    {
        private readonly TestProject _project;

        public Broken()
        {
            IEnumerable<string> items = Faults
                .Where(static f => f.Item is not null)
                .Select(static f => $"""<QDropModel Include="App.{f.Name}" {f.Item}/>""")
                .Append("""<QDropModel Include="App.Typo" />""")
                .Append("""<QDropModel Include="App.TinyNet" Iteration="7" />""")
                .Append("""<QDropModel Include="App.Twice" />""")
                .Append("""<QDropModel Include="App.Twice" W="2" />""");
            _project = new TestProject(string.Join("\n    ", items));
            IEnumerable<string> models = Faults
                .Select(static f => Sources.Net(f.Name, f.Attribute, f.Start, f.Constructor))
                .Append(Sources.Net("TinyNet", Sound))
                .Append(Sources.Net("Twice", Sound))
                .Append(Sources.Net("HalfNamed", """Weights = "weights.safetensors" """))
                .Append(Sources.Net("Unnamed", "W = 4"));
            _project.Write(
                "Models.cs",
                Sources.Usings
                    + string.Concat(models)
                    + """"
                    public sealed class ThrowingSource : ICalibrationSource
                    {
                        public Tensor Load(CalibrationRequest request) => throw new InvalidOperationException("no inputs today");
                    }

                    public sealed class UnevenSource : ICalibrationSource
                    {
                        public Tensor Load(CalibrationRequest request) => stack([zeros(3, 8, 8), zeros(3, 6, 8)]);
                    }

                    public sealed class IntegerSource : ICalibrationSource
                    {
                        public Tensor Load(CalibrationRequest request)
                        {
                            Console.WriteLine("""{"Kind":"summary","Text":"printed by user code"}""");
                            return ones(request.Samples, 3, 8, 8, dtype: ScalarType.Int64);
                        }
                    }

                    """"
            );
            _project.Write("Program.cs", Sources.EmptyProgram);
            Sources.WriteWeights(_project.File("weights.safetensors"));
            Sources.WriteWeights(_project.File("seven.safetensors"), classes: 7);
            Sources.WriteWeights(_project.File("nan.safetensors"), first: float.NaN);
            _project.Write("text.safetensors", "no tensors here, only words and more words");
            File.Copy(Path.Combine(Repository.Root, Command), _project.File("command.pth"));
            Sources.WriteInputs(_project.File("inputs.safetensors"));
            Sources.WriteInputs(_project.File("empty.safetensors"), samples: 0);
            Sources.WriteInputs(_project.File("channels.safetensors"), channels: 4);
            Sources.WriteInputs(_project.File("few.safetensors"), samples: 8);
            Safetensors.Write(
                _project.File("bad.safetensors"), ("input", [16, 3, 8, 8], static i => i == 700 ? float.NaN : 0.5f));

            Result = _project.Build();
            Files =
            [
                .. Directory
                    .GetFiles(_project.Intermediate)
                    .Select(static f => Path.GetFileName(f))
                    .Order(StringComparer.Ordinal),
            ];
        }

        internal BuildResult Result { get; }

        internal IReadOnlyList<string> Files { get; }

        internal string Project => _project.Project;

        public void Dispose() => _project.Dispose();

        internal (string File, int Line) PlaceOf(Fault fault) => fault.Item is not null && fault.AtItem
            ? (Project, LineOf($"\"App.{fault.Name}\"", "App.csproj"))
            : (_project.File("Models.cs"), LineOf($"class {fault.Name} ", "Models.cs") - 1);

        /// <summary>The first line of a file that has the text, from 1.</summary>
        internal int LineOf(string text, string file) =>
            Array.FindIndex(File.ReadAllLines(_project.File(file)), l => l.Contains(text, StringComparison.Ordinal))
            + 1;
    }
}
