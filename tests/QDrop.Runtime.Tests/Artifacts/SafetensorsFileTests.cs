using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Bytes_are_those_of_the_format()
    {
        string path = _folder["a.safetensors"];
        SafetensorsFile.Write(
            path,
            new Dictionary<string, Tensor>
            {
                ["b"] = tensor(new byte[] { 7, 8, 9 }),
                ["w"] = tensor(new float[] { 1, -2 }),
            },
            new Dictionary<string, string> { ["k"] = "é\"" });

        // Larger elements first, so that they are aligned; the header ends at a multiple of 8.
        string json =
            """{"__metadata__":{"k":"é\""},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";
        json += new string(' ', (8 - (Encoding.UTF8.GetByteCount(json) % 8)) % 8);
        byte[] expected = [.. WithLength(json), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7, 8, 9];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_of_another_writer_is_read()
    {
        // Metadata last, tensors by name, data not aligned, white space in between.
        string json =
            """{ "b" : {"shape":[3],"dtype":"U8","data_offsets":[0,3]}, "w": {"dtype":"F32","shape":[1,2],"data_offsets":[3,11]}, "none": {"dtype":"I64","shape":[0,4],"data_offsets":[11,11]}, "__metadata__": {"source":"elsewhere"} }   """;
        string path = _folder.Write("a.safetensors", [.. WithLength(json), 7, 8, 9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(path);
        Assert.Equal("elsewhere", metadata["source"]);
        Assert.Equal([7, 8, 9], tensors["b"].data<byte>().ToArray());
        Assert.Equal([1, 2], tensors["w"].shape);
        Assert.Equal([1f, -2f], tensors["w"].data<float>().ToArray());
        Assert.Equal([0, 4], tensors["none"].shape);
        Assert.Equal(3, tensors.Count);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Every_type_comes_back_as_it_was(ScalarType type)
    {
        Tensor matrix = tensor(new float[] { 0, 1, 2, 3, 4, 5 }, [2, 3]).to_type(type);
        Tensor scalar = tensor(1f).to_type(type);
        string path = _folder["a.safetensors"];
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["matrix"] = matrix, ["scalar"] = scalar });
        (Dictionary<string, Tensor>? tensors, Dictionary<string, string>? metadata) = SafetensorsFile.Read(path);
        Assert.Empty(metadata);
        Same(matrix, tensors["matrix"]);
        Same(scalar, tensors["scalar"]);
    }

    [Fact]
    public void A_transposed_tensor_is_written_in_the_order_of_its_shape()
    {
        Tensor transposed = tensor(new float[] { 0, 1, 2, 3, 4, 5 }, [2, 3]).t();
        string path = _folder["a.safetensors"];
        SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["t"] = transposed });
        Tensor read = SafetensorsFile.Read(path).Tensors["t"];
        Assert.Equal([3, 2], read.shape);
        Assert.Equal([0f, 3, 1, 4, 2, 5], read.data<float>().ToArray());
    }

    [Fact]
    public void Names_in_any_script_come_back()
    {
        string path = _folder["a.safetensors"];
        SafetensorsFile.Write(
            path, new Dictionary<string, Tensor> { ["Gewicht/ü \"1\" 😀\n"] = tensor(1f), [""] = tensor(2f) });
        Assert.Equal(
            ["", "Gewicht/ü \"1\" 😀\n"], SafetensorsFile.Read(path).Tensors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_cannot_be_stored_is_refused_and_nothing_is_written()
    {
        string path = _folder["a.safetensors"];
        Assert.Throws<ArgumentException>(() =>
            SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["__metadata__"] = tensor(1f) }));
        Assert.Throws<ArgumentException>(() =>
            SafetensorsFile.Write(path, new Dictionary<string, Tensor> { ["half \ud800"] = tensor(1f) }));
        Assert.Throws<ArgumentException>(() =>
            SafetensorsFile.Write(
                path, new Dictionary<string, Tensor>(), new Dictionary<string, string> { ["k"] = "\udc00" }));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Contains("does not exist", Refused(_folder["none.safetensors"], "QDROP210"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refused(_folder.Root, "QDROP210"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it has 0 bytes")]
    [InlineData("1234567", "it has 7 bytes")]
    [InlineData("\x02\0\0\0\0\0\0\0[]", "should begin with '{'")]
    [InlineData("GGUF\x03\0\0\0\x10\0\0\0", "should begin with '{'")]
    [InlineData("\x03\0\0\0\0\0\0\0{}", "it is truncated")]
    [InlineData("\0\0\0\0\0\0\0\0{}", "the shortest is 2")]
    [InlineData("\x01\xe1\xf5\x05\0\0\0\0{}", "at most 100000000")]
    [InlineData("\0\0\0\0\0\0\0\x80{}", "at most 100000000")]
    [InlineData("\x02\0\0\0\0\0\0\0{}x", "1 belong to no tensor")]
    public void A_file_whose_lengths_are_wrong_is_refused(string latin1, string expected)
    {
        string path = _folder.Write("a.safetensors", Encoding.Latin1.GetBytes(latin1));
        Assert.Contains(expected, Refused(path, "QDROP213"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}""", 8, "not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}""", 8, "not JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not Unicode")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""",
        16,
        "'a' twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "'k' twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "must be a string")]
    [InlineData("""{"__metadata__":[]}""", 0, "must be an object")]
    [InlineData("""{"a":[]}""", 0, "must be an object")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'dtype' twice")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2, "supported are F64, F32")]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8, "must be a string")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "needs dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "needs dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "needs dtype, shape and two data_offsets")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", 8, "needs dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole numbers of 0 or more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8, "whole numbers of 0 or more")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "takes 12 bytes, but its data_offsets give 8")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""",
        0,
        "more bytes than a file can have")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""",
        0,
        "more bytes than a file can have")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""",
        8,
        "whole numbers of 0 or more")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "before they begin")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "it is truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "1 belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "without gaps")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""",
        12,
        "without overlap")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        8,
        "without overlap")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        12,
        "without gaps")]
    [InlineData("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", 2, "other than 0 and 1")]
    public void A_header_that_breaks_the_format_is_refused(string json, int dataBytes, string expected)
    {
        byte[] data = new byte[dataBytes];
        data.AsSpan().Fill(2);
        string path = _folder.Write("a.safetensors", [.. WithLength(json), .. data]);
        string message = Refused(path, "QDROP213");
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_not_utf8_is_refused()
    {
        byte[] bytes = WithLength("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""");
        bytes[10] = 0xff;
        Assert.Contains(
            "not UTF-8", Refused(_folder.Write("a.safetensors", bytes), "QDROP213"), StringComparison.Ordinal);
    }

    [Fact]
    public void More_dimensions_than_libtorch_has_are_refused()
    {
        string shape = string.Join(",", Enumerable.Repeat("1", 65));
        string path = _folder.Write(
            "a.safetensors",
            [.. WithLength($$$"""{"a":{"dtype":"U8","shape":[{{{shape}}}],"data_offsets":[0,1]}}"""), 1]);
        Assert.Contains("65 dimensions", Refused(path, "QDROP213"), StringComparison.Ordinal);
    }

    internal static byte[] WithLength(string json)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        byte[] bytes = new byte[8 + text.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    private static string Refused(string path, string code)
    {
        QDropException error = Assert.Throws<QDropException>(() => SafetensorsFile.Read(path));
        Assert.Equal(code, error.Code);
        return error.Message;
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.bytes.ToArray(), actual.bytes.ToArray());
    }
}
