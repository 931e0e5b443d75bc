using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Protocol;
using QDrop.Tests.Artifacts;
using QDrop.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Inputs;

/// <summary>What the calibrator takes from the user's calibration source, and what it says where it cannot.</summary>
public sealed class CalibrationInputsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TempFolder _folder = new();
    private readonly QuantizationSettings _settings = new() { Samples = 4 };

    public CalibrationInputsTests() => manual_seed(2);

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void As_many_samples_are_taken_as_the_settings_ask_for()
    {
        CalibrationSamples samples = Load(Sources.NameOf(nameof(Sources.Numbered)));
        Assert.Equal([4, 3, 8, 8], Assert.Single(samples.Inputs).shape);
        Assert.Equal([0f, 1, 2, 3], samples.Inputs[0].mean([1L, 2, 3]).data<float>().ToArray());
        Assert.Null(samples.Labelled);
    }

    [Fact]
    public void The_source_is_asked_in_the_words_of_project_and_model()
    {
        Load(Sources.NameOf(nameof(Sources.Numbered)));
        CalibrationRequest asked = Sources.Numbered.Asked!;
        Assert.Equal((4, _folder["data"], _folder.Root), (asked.Samples, asked.Path, asked.ProjectDirectory));
        Assert.Equal(1, asked.InputCount);
        Assert.Equal(["x"], asked.InputNames);
    }

    [Fact]
    public void Without_a_source_the_data_are_a_safetensors_file()
    {
        SafetensorsFile.Write(_folder["data"], new Dictionary<string, Tensor> { ["input"] = rand(5, 3, 8, 8) });
        Assert.Equal([4, 3, 8, 8], Load(null).Inputs[0].shape);
    }

    [Fact]
    public void The_item_names_a_source_before_the_attribute()
    {
        QuantizedModelDescriptor model = Model() with { Calibration = typeof(Sources.GivesNull) };
        Assert.Equal([4, 3, 8, 8], Load(Sources.NameOf(nameof(Sources.Numbered)), model).Inputs[0].shape);
        Assert.Equal(Codes.InputsUnusable, Assert.Throws<QDropException>(() => Load(null, model)).Code);
    }

    [Theory]
    [InlineData("Missing", "is not in QDrop.Calibrator.Tests. Give its full name")]
    [InlineData(nameof(Sources.NoSource), "does not implement QDrop.ICalibrationSource")]
    [InlineData(nameof(Sources.Unfinished), "expected a class that is not abstract")]
    [InlineData(nameof(Sources.NeedsAnArgument), "with a public constructor without parameters")]
    [InlineData(nameof(Sources.ThrowsWhenMade), ", named as Calibration, threw FormatException: no folder (at ")]
    [InlineData(nameof(Sources.ThrowsWhenLoading), " threw FormatException: no image (at ")]
    [InlineData(nameof(Sources.GivesNull), "gave null")]
    public void A_source_that_cannot_be_used_is_named_with_the_reason(string source, string reason)
    {
        string name = Sources.NameOf(source);
        QDropException error = Assert.Throws<QDropException>(() => Load(name));
        Assert.Equal(Codes.InputsUnusable, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_source_says_what_it_was_asked_for()
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            Load(Sources.NameOf(nameof(Sources.ThrowsWhenLoading))));
        string asked = $"It was asked for 4 samples from '{_folder["data"]}'.";
        Assert.EndsWith(asked, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_that_do_not_belong_together_are_refused()
    {
        QDropException error = Assert.Throws<QDropException>(() => Load(Sources.NameOf(nameof(Sources.Several))));
        Assert.Equal(Codes.InputsDoNotFit, error.Code);
    }

    [Fact]
    public void Training_takes_the_classes_of_the_samples_it_takes()
    {
        CalibrationSamples samples = Load(Sources.NameOf(nameof(Sources.Labelled)), method: Method.Cpq);
        Assert.Equal([0L, 1, 2, 3], samples.Labelled!.Data.Targets.data<long>().ToArray());
        Assert.Equal(4, samples.Inputs[0].shape[0]);
        Assert.Equal(5f, samples.Labelled.Data.Augment!(zeros(1), 5).item<float>());
        Assert.Null(Load(Sources.NameOf(nameof(Sources.Labelled))).Labelled);
    }

    [Theory]
    [InlineData(nameof(Sources.Numbered), Codes.TargetsMissing, "gives inputs alone")]
    [InlineData(nameof(Sources.WithoutLabels), Codes.TargetsMissing, "threw FormatException: no label")]
    [InlineData(nameof(Sources.FewLabels), Codes.TargetsDoNotFit, "shape [3] for 4 inputs")]
    public void Training_without_the_class_of_each_sample_is_refused(string source, string code, string reason)
    {
        QDropException error = Assert.Throws<QDropException>(() => Load(Sources.NameOf(source), method: Method.Cpq));
        Assert.Equal(code, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_have_a_part_in_the_hash_of_the_samples()
    {
        CalibrationSamples without = Load(Sources.NameOf(nameof(Sources.Labelled)));
        CalibrationSamples with = Load(Sources.NameOf(nameof(Sources.Labelled)), method: Method.Cpq);
        TrainingData data = with.Labelled!.Data;
        CalibrationSamples others = with with { Labelled = new TrainingSet(data with { Targets = data.Targets + 1 }) };
        Assert.Equal(3, new[] { without, with, others }.Select(static s => s.Hash).Distinct().Count());
        Assert.Equal(without.Hash, Load(Sources.NameOf(nameof(Sources.Numbered))).Hash);
    }

    [Fact]
    public void Inputs_that_the_model_takes_are_tried_without_complaint()
    {
        Tensor inputs = rand(4, 3, 8, 8);
        CalibrationInputs.Try(Twin(Model()), [inputs]);
        Assert.False(inputs.IsInvalid);
    }

    [Fact]
    public void Inputs_that_the_model_does_not_take_are_told_from_a_model_that_throws()
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            CalibrationInputs.Try(Twin(Model()), [rand(4, 5, 8, 8)]));
        Assert.Equal(Codes.InputsDoNotFit, error.Code);
        Assert.Contains("of shape [4, 5, 8, 8] and type Float32", error.Message, StringComparison.Ordinal);

        QuantizedModelDescriptor throwing = Model() with
        {
            Name = typeof(ThrowingNet).FullName!,
            CreateModel = static () => new ThrowingNet(),
        };
        error = Assert.Throws<QDropException>(() => CalibrationInputs.Try(Twin(throwing), [rand(4, 3, 8, 8)]));
        Assert.Equal(Codes.ForwardThrew, error.Code);
        Assert.Contains("FormatException: too bright (at ", error.Message, StringComparison.Ordinal);
    }

    private static QuantizedModelDescriptor Model() => ResidualNet.Descriptor;

    private static IModelTwin Twin(QuantizedModelDescriptor model)
    {
        nn.Module net = model.CreateModel();
        net.eval();
        return (IModelTwin)QuantizedModel.Create(model, net);
    }

    /// <summary>Loads from the source that an item names, from the file or folder <c>data</c>.</summary>
    private CalibrationSamples Load(
        string? source, QuantizedModelDescriptor? model = null, Method method = Method.QDrop)
    {
        model ??= Model();
        var item = new ModelItem { Metadata = [new NamedValue { Name = "CalibrationData", Value = "data" }] };
        if (source is not null)
            item.Metadata.Add(new NamedValue { Name = "Calibration", Value = source });
        var plan = new ModelPlan(model, item, new WorkerRequest { ProjectDirectory = _folder.Root });
        return CalibrationInputs.Load(plan, _settings with { Method = method }, Twin(model), GetType().Assembly);
    }
}
