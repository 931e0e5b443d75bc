using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Protocol;
using QDrop.Tests.Artifacts;
using QDrop.Tests.Modules;
using Xunit;

namespace QDrop.Tests.Settings;

/// <summary>What is done for a model: properties of the project over its item, the item over the attribute.</summary>
public sealed class ModelPlanTests : IDisposable
{
    private static readonly QuantizedModelDescriptor _model = ResidualNet.Descriptor with
    {
        Settings = new() { W = 5, A = 5, FirstLast = 7 },
        File = "Net.cs",
        Line = 12,
        Column = 6,
    };

    private static readonly Place _attribute = new("Net.cs", 12, 6);

    private readonly TempFolder _folder = new();
    private readonly WorkerRequest _request;

    public ModelPlanTests() => _request = new WorkerRequest
    {
        ProjectFile = _folder["App.csproj"],
        ProjectDirectory = _folder.Root,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Paths_are_of_the_projects_folder_and_may_be_written_as_on_Windows()
    {
        ModelPlan plan = Plan(_model, ("Weights", @"data\net.pth"), ("CalibrationData", "../inputs.safetensors"));
        Assert.Equal(Path.Combine(_folder.Root, "data", "net.pth"), plan.Weights);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(_folder.Root)!, "inputs.safetensors"), plan.CalibrationData);
        Assert.Equal(_folder["net.pth"], Plan(_model, ("Weights", _folder["net.pth"])).Weights);
    }

    [Fact]
    public void The_item_names_files_and_code_before_the_attribute()
    {
        QuantizedModelDescriptor named = _model with { Weights = "a.pth", CalibrationData = "a.safetensors" };
        ModelPlan plan = Plan(named, ("Weights", "b.pth"), ("Calibration", "App.Data"));
        Assert.Equal((_folder["b.pth"], _folder["a.safetensors"]), (plan.Weights, plan.CalibrationData));
        Assert.Equal("App.Data", plan.CalibrationType);

        var alone = new ModelPlan(named, null, _request);
        Assert.Equal((_folder["a.pth"], _folder["a.safetensors"]), (alone.Weights, alone.CalibrationData));
        Assert.Null(alone.CalibrationType);
    }

    [Fact]
    public void A_model_has_calibration_data_where_anybody_names_some()
    {
        Assert.False(Plan(_model).HasCalibration);
        Assert.True(Plan(_model, ("Calibration", "App.Data")).HasCalibration);
        Assert.True(Plan(_model, ("CalibrationData", "a")).HasCalibration);
        Assert.True(Plan(_model with { CalibrationData = "a" }).HasCalibration);
        Assert.True(Plan(_model with { Calibration = typeof(SafetensorsCalibrationSource) }).HasCalibration);
    }

    [Fact]
    public void Files_that_are_at_fault_are_those_of_who_names_them()
    {
        QuantizedModelDescriptor named = _model with { Weights = "a.pth", CalibrationData = "a.safetensors" };
        Assert.Equal(_attribute, Plan(named).WeightsPlace);
        Assert.Equal(_attribute, Plan(named).CalibrationPlace);
        InProject(Plan(named, ("Weights", "b.pth")).WeightsPlace, "Weights=");
        InProject(Plan(named, ("Calibration", "App.Data")).CalibrationPlace, "Calibration=");
        // Nobody names them: the item asks for the model; without an item, its attribute does.
        InProject(Plan(_model).WeightsPlace, "QDropModel");
        Assert.Equal(_attribute, new ModelPlan(_model, null, _request).WeightsPlace);
    }

    [Fact]
    public void A_property_counts_more_than_the_item_and_the_item_more_than_the_attribute()
    {
        Override("W", "2");
        QuantizationSettings settings = Plan(_model, ("W", "3"), ("A", "3")).Settings();
        Assert.Equal((2, 3, 7), (settings.W, settings.A, settings.FirstLast));
        Override("Preset", "Quick");
        Assert.Equal(2_000, Plan(_model, ("Iterations", "7")).Settings().Iterations);
    }

    [Fact]
    public void A_value_that_cannot_be_used_is_at_fault_where_it_stands()
    {
        InProject(Fault("QDROP004", Plan(_model, ("A", "3"), ("W", "9")).Settings), "W=");
        InProject(Fault("QDROP106", Plan(_model, ("Drop", "half")).Settings), "Drop=");
        QuantizedModelDescriptor wrong = _model with { Settings = new() { W = 9 } };
        Assert.Equal(_attribute, Fault("QDROP004", Plan(wrong, ("A", "3")).Settings));
        Override("W", "9");
        InProject(Fault("QDROP004", Plan(_model, ("W", "3")).Settings), "QDropW>");
    }

    [Fact]
    public void Of_values_that_contradict_each_other_the_one_outside_the_code_is_at_fault()
    {
        QuantizedModelDescriptor learning = _model with
        {
            Settings = new() { ActivationLearning = ActivationLearning.LsqPlus },
        };
        InProject(Fault("QDROP033", Plan(learning, ("A", "3"), ("Scale", "PowerOfTwo")).Settings), "Scale=");
    }

    [Fact]
    public void The_calibrated_model_is_measured_unless_somebody_says_no()
    {
        Assert.True(Plan(_model).Insight());
        Assert.False(Plan(_model, ("insight", "False")).Insight());
        InProject(Fault("QDROP106", Plan(_model, ("Insight", "0")).Insight), "Insight=");

        Override("Insight", "true");
        Assert.True(Plan(_model, ("Insight", "false")).Insight());
        _request.Overrides.Clear();
        Override("Insight", "no");
        InProject(Fault("QDROP106", Plan(_model, ("Insight", "false")).Insight), "QDropInsight>");
    }

    [Fact]
    public void ONNX_is_written_where_the_item_or_the_property_says_so()
    {
        Assert.Null(Plan(_model).Onnx());
        Assert.Null(Plan(_model, ("Onnx", "false"), ("OnnxWeights", "Int4")).Onnx());
        OnnxOptions options = Plan(_model, ("Onnx", "true"), ("OnnxWeights", "int4"), ("OnnxFormat", "Qonnx")).Onnx()!;
        Assert.Equal((OnnxWeights.Int4, OnnxFormat.Qonnx, false), (options.Weights, options.Format, options.Exact));
        Assert.True(Plan(_model, ("Onnx", "true"), ("OnnxExact", "true")).Onnx()!.Exact);
        InProject(Fault("QDROP106", Plan(_model, ("Onnx", "yes")).Onnx), "Onnx=");
        InProject(Fault("QDROP106", Plan(_model, ("Onnx", "true"), ("OnnxWeights", "1")).Onnx), "OnnxWeights=");

        Override("Onnx", "true");
        Assert.Equal(OnnxWeights.Int8, Plan(_model, ("Onnx", "false")).Onnx()!.Weights);
        Override("OnnxFormat", "both");
        InProject(Fault("QDROP106", Plan(_model).Onnx), "QDropOnnxFormat>");
    }

    /// <summary>Where an error has its place.</summary>
    private static Place Fault<T>(string code, Func<T> function)
    {
        LocatedException error = Assert.Throws<LocatedException>(() => { function(); });
        Assert.Equal(code, error.Code);
        return error.Place;
    }

    /// <summary>Sets a property of the project.</summary>
    private void Override(string name, string value) =>
        _request.Overrides.Add(new NamedValue { Name = name, Value = value });

    /// <summary>The plan of a model with an item, and the project file that says so.</summary>
    private ModelPlan Plan(QuantizedModelDescriptor model, params (string Name, string Value)[] metadata)
    {
        IEnumerable<string> properties =
            _request.Overrides.Select(static o => $"<QDrop{o.Name}>{o.Value}</QDrop{o.Name}>");
        string attributes = string.Concat(metadata.Select(static m => $"{m.Name}=\"{m.Value}\" "));
        File.WriteAllLines(_request.ProjectFile,
        [
            "<Project>",
            .. properties,
            $"<QDropModel Include=\"App.Net\" {attributes}/>",
            "</Project>",
        ]);
        return new ModelPlan(model, ItemOf(metadata), _request);
    }

    private ModelItem ItemOf((string Name, string Value)[] metadata) => new()
    {
        Name = "App.Net",
        DefiningFile = _request.ProjectFile,
        Metadata = [.. metadata.Select(static m => new NamedValue { Name = m.Name, Value = m.Value })],
    };

    /// <summary>Checks that a place is that of a text in the project file.</summary>
    private void InProject(Place place, string text)
    {
        string[] lines = File.ReadAllLines(_request.ProjectFile);
        int line = Array.FindIndex(lines, l => l.Contains(text, StringComparison.Ordinal));
        int column = lines[line].IndexOf(text, StringComparison.Ordinal);
        Assert.Equal(new Place(_request.ProjectFile, line + 1, column + 1), place);
    }
}
