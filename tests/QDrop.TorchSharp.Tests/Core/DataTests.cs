using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Tensors made of C# data, read back, saved and loaded.</summary>
public sealed class DataTests
{
    [Fact]
    public void Arrays_of_any_rank_and_type_come_back_as_they_went_in()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([1f, 2f, 3f, 4f], tensor(new[,] { { 1f, 2f }, { 3f, 4f } }).data<float>().ToArray());
        Assert.Equal([2, 1, 2], tensor(new long[,,] { { { 1, 2 } }, { { 3, 4 } } }).shape);
        Assert.Equal(int32, tensor(new[] { 1, 2 }).dtype);
        Assert.Equal([true, false], tensor(new[] { true, false }).data<bool>().ToArray());
        Assert.Equal([(byte)7], tensor(new byte[] { 7 }).data<byte>().ToArray());
        Assert.Equal([1.5, 2.5], tensor(new List<double> { 1.5, 2.5 }).data<double>().ToArray());
        Assert.Equal([(Half)0.5f], tensor(new[] { (Half)0.5f }).data<Half>().ToArray());
        Assert.Equal(new System.Numerics.Complex(1, -2), tensor(new System.Numerics.Complex(1, -2)).ToComplexFloat64());
        Assert.Equal((1f, 2f), tensor(1f, 2f).ToComplexFloat32());
        Assert.Equal(float64, tensor(new[] { 1f }, dtype: float64).dtype);
    }

    [Fact]
    public void Tensor_copies_arrays_and_frombuffer_shares_them()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] array = [1, 2, 3, 4];
        Tensor copy = tensor(array), shared = frombuffer(array, float32, count: 2, offset: 1);
        array[1] = 20;
        Assert.Equal([1f, 2f, 3f, 4f], copy.data<float>().ToArray());
        Assert.Equal([20f, 3f], shared.data<float>().ToArray());
        shared.mul_(2);
        Assert.Equal([1f, 40f, 6f, 4f], array);
    }

    [Fact]
    public void A_shape_that_does_not_fit_the_data_is_refused() =>
        Assert.Contains("[2, 2] holds 4 elements, but 3 were given", Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2f, 3f }, [2, 2])).Message, StringComparison.Ordinal);

    [Fact]
    public void Strided_tensors_are_read_and_written_in_index_order()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(6, float32).view(2, 3);
        Utils.TensorAccessor<float> data = x.t().data<float>();
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data.ToArray());
        Assert.Equal(4f, data[1, 1]);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data);
        data[2, 0] = 9;
        Assert.Equal(9f, x[0, 2].item<float>());
        data.CopyFrom([10f, 11f], tensorIndex: 1);
        Assert.Equal([0f, 11f, 9f, 10f, 4f, 5f], x.data<float>().ToArray());
        Assert.Equal(new[,] { { 0f, 11f, 9f }, { 10f, 4f, 5f } }, x.data<float>().ToNDArray());
    }

    [Fact]
    public void Reading_as_another_type_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => ones(2).data<double>()).Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => ones(2, 3).data<float>()[2, 0]);
    }

    [Fact]
    public void Items_convert_and_only_single_elements_have_one()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(3, tensor(3.7).ToInt32());
        Assert.Equal(2.5f, tensor(2.5).item<float>());
        Assert.True((bool)tensor(1));
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
    }

    [Fact]
    public void Bytes_are_the_memory_itself()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new short[] { 0x0102, 0x0304 });
        Assert.Equal([0x02, 0x01, 0x04, 0x03], x.bytes.ToArray());
        x.bytes[0] = 0xff;
        Assert.Equal(0x01ff, x.data<short>()[0]);
        x.bytes = new byte[] { 1, 0, 2, 0 };
        Assert.Equal([(short)1, (short)2], x.data<short>().ToArray());
        Assert.Throws<InvalidOperationException>(() => ones(2, 2).t().bytes.Length);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.BFloat16)]
    public void Saved_tensors_load_again(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(300).view(3, 100).to(type);
        using var stream = new MemoryStream();
        x.t().Save(stream);
        stream.Position = 0;
        Tensor y = Tensor.Load(stream);
        Assert.Equal(type, y.dtype);
        Assert.True(y.Equals(x.t()));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void The_file_starts_with_type_rank_and_sizes_as_LEB128()
    {
        using DisposeScope scope = NewDisposeScope();
        using var stream = new MemoryStream();
        tensor(new short[300].Select(static (_, i) => (short)i).ToArray()).Save(stream);
        Assert.Equal([2, 1, 0xac, 0x02, 0, 0, 1, 0], stream.ToArray()[..8]);
        Assert.Equal(4 + 600, stream.Length);
    }

    [Fact]
    public void Loading_into_a_tensor_of_another_shape_or_type_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var stream = new MemoryStream();
        ones(2, 3).Save(stream);
        Assert.Contains("shape", Load(ones(3, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("Float64", Load(ones(2, 3, dtype: float64)).Message, StringComparison.Ordinal);

        ArgumentException Load(Tensor target)
        {
            stream.Position = 0;
            return Assert.Throws<ArgumentException>(() => target.Load(new BinaryReader(stream)));
        }
    }

    [Fact]
    public void A_truncated_or_foreign_file_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var stream = new MemoryStream();
        ones(2, 3).Save(stream);
        Assert.Throws<EndOfStreamException>(() => Tensor.Load(new MemoryStream(stream.ToArray()[..^1])));
        Assert.Throws<InvalidDataException>(() => Tensor.Load(new MemoryStream([77, 1, 1, 1])));
    }

    [Fact]
    public void Text_shows_metadata_and_values()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[,] { { 1f, 2.5f }, { -3f, 4f } });
        Assert.Equal("[2x2], type = Float32, device = cpu", x.ToString());
        Assert.Equal("[2x2], type = Float32, device = cpu\n   1 2.5\n  -3   4", x.jlstr(newLine: "\n"));
        Assert.Equal("[[1, 2.5],\n [-3, 4]]", x.npstr(newLine: "\n"));
        Assert.Contains("...", ones(1000).str(), StringComparison.Ordinal);
    }
}
