using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Tensors whose memory is a file.</summary>
public sealed class FromFileTests
{
    [Fact]
    public void A_shared_file_and_its_tensor_are_the_same_memory()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[6 * sizeof(float)]);
            using (Tensor mapped = from_file(path, shared: true, size: 6, dtype: ScalarType.Float32))
            {
                using Tensor values = arange(6, dtype: ScalarType.Float32);
                mapped.copy_(values);
                Assert.Equal([6L], mapped.shape);
            }
            Assert.Equal(5f, BitConverter.ToSingle(File.ReadAllBytes(path), 5 * sizeof(float)));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
