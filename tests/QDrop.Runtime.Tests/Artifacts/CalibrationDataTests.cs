using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class CalibrationDataTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SafetensorsCalibrationSource _source = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("input")]
    [InlineData("anything")]
    public void The_first_samples_of_the_only_tensor_are_loaded(string name)
    {
        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { [name] = arange(20, dtype: ScalarType.Float64).view(5, 4) });
        Tensor inputs = _source.Load(new CalibrationRequest(3, _folder["c.safetensors"], _folder.Root));
        Assert.Equal(ScalarType.Float32, inputs.dtype);
        Assert.Equal([3, 4], inputs.shape);
        Assert.Equal(Enumerable.Range(0, 12).Select(static i => (float)i), inputs.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Beside_others_the_tensor_is_named_input()
    {
        SafetensorsFile.Write(
            _folder["c.safetensors"], new Dictionary<string, Tensor> { ["input"] = ones(2, 4), ["labels"] = zeros(2) });
        Assert.Equal([2, 4], _source.Load(new CalibrationRequest(2, "c.safetensors", _folder.Root)).shape);
        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { ["images"] = ones(2, 4), ["labels"] = zeros(2) });
        Assert.Contains("images", Refused(2, "c.safetensors", "QDROP220"), StringComparison.Ordinal);
    }

    [Fact]
    public void Targets_are_a_tensor_beside_the_inputs()
    {
        var request = new CalibrationRequest(2, "c.safetensors", _folder.Root);
        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { ["images"] = ones(3, 4), ["targets"] = arange(3) });
        Assert.Equal([2, 4], _source.Load(request).shape);
        Assert.Equal([0L, 1], _source.LoadTargets(request).data<long>().ToArray());
        SafetensorsFile.Write(_folder["c.safetensors"], new Dictionary<string, Tensor> { ["images"] = ones(3, 4) });
        QDropException error = Assert.Throws<QDropException>(() => _source.LoadTargets(request));
        Assert.Equal("QDROP271", error.Code);
        Assert.Contains("no tensor 'targets'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_inputs_are_named_as_parameters_or_numbered()
    {
        var request = new CalibrationRequest(2, "c.safetensors", _folder.Root)
        {
            InputCount = 2,
            InputNames = ["ids", "mask"],
        };
        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor>
            {
                ["mask"] = ones(3, 4, dtype: ScalarType.Bool),
                ["ids"] = arange(12).view(3, 4),
            });
        IReadOnlyList<Tensor> inputs = ((IMultiInputCalibrationSource)_source).Load(request);
        Assert.Equal([ScalarType.Int64, ScalarType.Bool], inputs.Select(i => i.dtype));
        Assert.All(inputs, i => Assert.Equal([2, 4], i.shape));

        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { ["input.1"] = ones(2, 4), ["input.0"] = zeros(2, 3) });
        Assert.Equal([3, 4], ((IMultiInputCalibrationSource)_source).Load(request).Select(i => i.shape[1]));

        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { ["input.0"] = zeros(2, 3), ["mask"] = ones(2, 4) });
        QDropException error = Assert.Throws<QDropException>(() =>
            ((IMultiInputCalibrationSource)_source).Load(request));
        Assert.Equal("QDROP220", error.Code);
        Assert.Contains(
            "expected input.0, input.1, or ids, mask, since the model takes 2 inputs",
            error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_with_different_numbers_of_samples_are_an_error_even_where_each_has_enough()
    {
        var request = new CalibrationRequest(2, "c.safetensors", _folder.Root) { InputCount = 2 };
        SafetensorsFile.Write(
            _folder["c.safetensors"],
            new Dictionary<string, Tensor> { ["input.0"] = ones(5, 4), ["input.1"] = ones(3, 4) });
        QDropException error = Assert.Throws<QDropException>(() =>
            ((IMultiInputCalibrationSource)_source).Load(request));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("5 samples for one input and 3 for another", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_data_are_an_error()
    {
        Refused(2, null, "QDROP220");
        Assert.Contains("none.safetensors", Refused(2, "none.safetensors", "QDROP220"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refused(2, _folder.Root, "QDROP220"), StringComparison.Ordinal);
        _folder.Write("c.safetensors", "image,label\n"u8);
        Assert.Contains("not a safetensors file", Refused(2, "c.safetensors", "QDROP220"), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_cannot_be_used_are_an_error()
    {
        Written(zeros(0, 3, 4, 4), "QDROP221");
        Written(zeros(4, 0), "QDROP221");
        Written(tensor(1f), "QDROP222");
        Assert.Contains("Byte", Written(zeros(4, 3, dtype: ScalarType.Byte), "QDROP222"), StringComparison.Ordinal);
        Assert.Contains(
            "gave 3 samples (shape [3, 2]), but 4 are asked for",
            Written(zeros(3, 2), "QDROP223"),
            StringComparison.Ordinal);
        Assert.Contains(
            "in sample 1",
            Written(tensor(new float[] { 0, 0, 0, float.NaN, 0, 0, 0, 0 }, [4, 2]), "QDROP224"),
            StringComparison.Ordinal);
        Written(tensor(new float[] { 0, 0, 0, 0, 0, 0, 0, float.NegativeInfinity }, [4, 2]), "QDROP224");

        string Written(Tensor input, string code)
        {
            SafetensorsFile.Write(_folder["c.safetensors"], new Dictionary<string, Tensor> { ["input"] = input });
            return Refused(4, "c.safetensors", code);
        }
    }

    [Fact]
    public void What_any_source_gives_is_checked()
    {
        var settings = new QuantizationSettings { Samples = 4 };
        CalibrationData.Check(zeros(4, 2), settings);
        CalibrationData.Check(zeros(9, 2), settings);
        Tensor disposed = zeros(4, 2);
        disposed.Dispose();
        Assert.Equal("QDROP220", Error(null));
        Assert.Equal("QDROP220", Error(disposed));
        Assert.Equal("QDROP221", Error(zeros(0, 2)));
        Assert.Equal("QDROP222", Error(tensor(1f)));
        CalibrationData.Check(zeros(4, 2, dtype: ScalarType.Int64), settings);
        Assert.Equal("QDROP222", Error(zeros(4, 2, dtype: ScalarType.Byte)));
        Assert.Equal("QDROP222", Error(zeros(4, 2, dtype: ScalarType.Float64)));
        Assert.Equal("QDROP223", Error(zeros(3, 2)));
        Assert.Equal("QDROP224", Error(full(4, 2, float.NaN)));

        string Error(Tensor? inputs) =>
            Assert.Throws<QDropException>(() => CalibrationData.Check(inputs, settings)).Code;
    }

    private string Refused(int samples, string? path, string code)
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            _source.Load(new CalibrationRequest(samples, path, _folder.Root)));
        Assert.True(code == error.Code, error.Code + ": " + error.Message);
        return error.Message;
    }
}
