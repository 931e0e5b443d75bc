using QDrop.Calibration;
using QDrop.Safetensors;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.Tests.Artifacts;

public sealed class WeightFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_Module_save_writes_is_loaded()
    {
        using var trained = new Net();
        trained.save(_folder["a.dat"]);
        using var model = new Net();
        Assert.NotEqual(WeightFile.Hash(trained), WeightFile.Hash(model));
        WeightFile.LoadInto(model, _folder["a.dat"]);
        Same(trained, model);
        Assert.Equal(WeightFile.Hash(trained), WeightFile.Hash(model));
    }

    [Fact]
    public void A_safetensors_file_is_loaded()
    {
        using var trained = new Net();
        SafetensorsFile.Write(_folder["a.safetensors"], trained.state_dict());
        using var model = new Net();
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
        Same(trained, model);
        Assert.True(model.parameters().All(static p => p.requires_grad));
    }

    [Fact]
    public void A_batch_norms_counter_may_be_absent()
    {
        using var trained = new Net();
        Save(trained, tensors => tensors.Remove("bn.num_batches_tracked"));
        using var model = new Net();
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
        Assert.Equal(WeightFile.Hash(trained), WeightFile.Hash(model));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Floating_point_types_are_converted(ScalarType type)
    {
        using var trained = new Net();
        Save(trained, tensors =>
        {
            foreach (string name in tensors.Keys.ToList())
            {
                if (tensors[name].dtype == ScalarType.Float32)
                    tensors[name] = tensors[name].detach().to_type(type);
            }
        });
        using var model = new Net();
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
        Tensor expected = trained.state_dict()["conv.weight"].detach().to_type(type).to_type(ScalarType.Float32);
        Assert.Equal(expected.bytes.ToArray(), model.state_dict()["conv.weight"].detach().bytes.ToArray());
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var model = new Net();
        string message = Refused(model, _folder["none.safetensors"], "QDROP210");
        Assert.Contains(_folder["none.safetensors"], message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_and_extra_names_are_given_with_their_shapes()
    {
        using var model = new Net();
        Save(model, tensors =>
        {
            tensors["head.weight"] = tensors["fc.weight"];
            tensors.Remove("fc.weight");
        });
        string message = Refused(model, _folder["a.safetensors"], "QDROP211");
        Assert.Contains("it lacks 'fc.weight' [2, 4]", message, StringComparison.Ordinal);
        Assert.Contains("'head.weight' [2, 4]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_few_names_are_given()
    {
        using var model = new Net();
        Save(model, static tensors => tensors.Clear());
        string message = Refused(model, _folder["a.safetensors"], "QDROP211");
        Assert.Contains("and 3 more", message, StringComparison.Ordinal); // 8 tensors, the counter apart
    }

    [Fact]
    public void A_common_prefix_is_recognised()
    {
        using var model = new Net();
        string path = _folder["a.safetensors"];
        var tensors = model.state_dict().ToDictionary(static t => "backbone." + t.Key, static t => t.Value);
        SafetensorsFile.Write(path, tensors);
        Assert.Contains("begin with 'backbone.'", Refused(model, path, "QDROP211"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("module._orig_mod.")]
    public void The_prefixes_of_data_parallel_training_and_compilation_are_taken_away(string prefix)
    {
        using var trained = new Net();
        var tensors = trained.state_dict().ToDictionary(t => prefix + t.Key, static t => t.Value);
        SafetensorsFile.Write(_folder["a.safetensors"], tensors);
        using var model = new Net();
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
        Same(trained, model);
    }

    [Fact]
    public void A_prefix_that_is_the_models_own_stays()
    {
        using var model = new Wrapped(new Net());
        SafetensorsFile.Write(_folder["a.safetensors"], model.state_dict());
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
    }

    [Fact]
    public void A_prefix_that_the_model_has_is_recognised()
    {
        using var inner = new Net();
        SafetensorsFile.Write(_folder["a.safetensors"], inner.state_dict());
        using var outer = new Outer(new Net());
        Assert.Contains(
            "names of the model begin with 'inner.'",
            Refused(outer, _folder["a.safetensors"], "QDROP211"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Another_shape_is_given_with_the_expected_one()
    {
        using var model = new Net();
        Save(model, static tensors => tensors["fc.weight"] = zeros(3, 4));
        Assert.Contains(
            "'fc.weight' is [3, 4], expected [2, 4]",
            Refused(model, _folder["a.safetensors"], "QDROP211"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_are_no_weights()
    {
        using var model = new Net();
        Save(model, static tensors => tensors["fc.weight"] = zeros(2, 4, dtype: ScalarType.Int32));
        Assert.Contains(
            "'fc.weight' is Int32, expected Float32",
            Refused(model, _folder["a.safetensors"], "QDROP211"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fc.weight", double.NaN, "NaN or infinite")]
    [InlineData("fc.bias", double.PositiveInfinity, "NaN or infinite")]
    [InlineData("bn.running_var", double.NegativeInfinity, "NaN or infinite")]
    [InlineData("conv.weight", 1e300, "too large for the model's type")]
    [InlineData("bn.running_var", -0.25, "a variance below zero (-0.25)")]
    public void A_value_that_no_weights_have_is_named_and_nothing_is_loaded(string name, double value, string expected)
    {
        using var trained = new Net();
        Save(trained, tensors =>
        {
            Tensor wrong = tensors[name].detach().to_type(ScalarType.Float64).clone();
            wrong.view(-1)[1] = value;
            tensors[name] = wrong;
        });
        using var model = new Net();
        string message = Refused(model, _folder["a.safetensors"], "QDROP212");
        Assert.Contains($"'{name}' (element 1 of", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_may_be_infinite_but_not_NaN()
    {
        using var model = new Masked();
        SafetensorsFile.Write(
            _folder["a.safetensors"],
            new Dictionary<string, Tensor> { ["mask"] = tensor(new float[] { 0, float.NegativeInfinity }) });
        WeightFile.LoadInto(model, _folder["a.safetensors"]);
        Assert.Equal([0f, float.NegativeInfinity], model.state_dict()["mask"].data<float>().ToArray());
        SafetensorsFile.Write(
            _folder["a.safetensors"],
            new Dictionary<string, Tensor> { ["mask"] = tensor(new float[] { 0, float.NaN }) });
        Refused(model, _folder["a.safetensors"], "QDROP212");
    }

    [Fact]
    public void A_damaged_file_of_Module_save_is_never_loaded_silently()
    {
        using var trained = new Net();
        trained.save(_folder["a.dat"]);
        byte[] good = File.ReadAllBytes(_folder["a.dat"]);
        using var model = new Net();
        for (int length = 0; length < good.Length; length += 5)
            Assert.Contains(
                ".dat",
                Refused(model, _folder.Write("b.dat", good.AsSpan(0, length)), "QDROP213"),
                StringComparison.Ordinal);
        Assert.Contains(
            "bytes follow", Refused(model, _folder.Write("b.dat", [.. good, 0]), "QDROP213"), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_are_not_weights()
    {
        using var model = new Net();
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            string path = _folder.Write(i % 2 == 0 ? "a.dat" : "a.safetensors", bytes);
            string code = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path)).Code;
            Assert.True(code is "QDROP213" or "QDROP211", code);
        }
    }

    [Fact]
    public void The_hash_depends_on_names_shapes_types_and_values()
    {
        Tensor value = tensor(new float[] { 1, 2, 3, 4 });
        string[] hashes =
        [
            TensorHash.Of([new("a", value)]),
            TensorHash.Of([new("b", value)]),
            TensorHash.Of([new("a", value.view(2, 2))]),
            TensorHash.Of([new("a", value.view(1, 4))]),
            TensorHash.Of([new("a", value.to_type(ScalarType.Float64))]),
            TensorHash.Of([new("a", value.to_type(ScalarType.Int32))]),
            TensorHash.Of([new("a", tensor(new float[] { 1, 2, 3, 5 }))]),
            TensorHash.Of([new("a", value), new("b", value)]),
            TensorHash.Of([new("a", value)], ""),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(
            TensorHash.Of([new("b", value), new("a", value)]), TensorHash.Of([new("a", value), new("b", value)]));
    }

    [Fact]
    public void The_hash_is_that_of_the_documented_bytes()
    {
        byte[] bytes =
        [
            2,
            0,
            0,
            0,
            (byte)'u',
            (byte)'8',
            2,
            0,
            0,
            0,
            (byte)'U',
            (byte)'8',
            2,
            0,
            0,
            0,
            2,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            5,
            6,
        ];
        string expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        Assert.Equal(expected, TensorHash.Of([new("u8", tensor(new byte[] { 5, 6 }, [2, 1]))]));
    }

    /// <summary>The file must be refused, and the model be as it was.</summary>
    private static string Refused(nn.Module model, string path, string code)
    {
        string before = WeightFile.Hash(model);
        QDropException error = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path));
        Assert.True(code == error.Code, error.Code + ": " + error.Message);
        Assert.Equal(before, WeightFile.Hash(model));
        return error.Message;
    }

    private static void Same(nn.Module expected, nn.Module actual)
    {
        Dictionary<string, Tensor> tensors = actual.state_dict();
        foreach ((string? name, Tensor? tensor) in expected.state_dict())
            Assert.Equal(tensor.detach().bytes.ToArray(), tensors[name].detach().bytes.ToArray());
    }

    private void Save(nn.Module model, Action<Dictionary<string, Tensor>> edit)
    {
        Dictionary<string, Tensor> tensors = model.state_dict();
        edit(tensors);
        SafetensorsFile.Write(_folder["a.safetensors"], tensors);
    }

    private sealed class Net : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = Conv2d(1, 4, 3, bias: false);
        private readonly BatchNorm2d bn = BatchNorm2d(4);
        private readonly Linear fc = Linear(4, 2);
        private readonly Parameter gain = new(randn(4));

        public Net() : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input) => fc.forward(bn.forward(conv.forward(input)).mean([2, 3]) * gain);
    }

    private sealed class Outer : Module<Tensor, Tensor>
    {
        private readonly Net inner;

        public Outer(Net inner) : base(nameof(Outer))
        {
            this.inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => inner.forward(input);
    }

    private sealed class Wrapped : Module<Tensor, Tensor>
    {
        private readonly Net module;

        public Wrapped(Net inner) : base(nameof(Wrapped))
        {
            module = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => module.forward(input);
    }

    private sealed class Masked : Module<Tensor, Tensor>
    {
        public Masked() : base(nameof(Masked)) => register_buffer("mask", zeros(2));

        public override Tensor forward(Tensor input) => input;
    }
}
