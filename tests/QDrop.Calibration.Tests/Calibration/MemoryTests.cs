using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Inputs;
using QDrop.Calibration.Learning;
using QDrop.Calibration.Reconstruction;
using QDrop.Tests.Modules;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>Activations above the memory limit are kept in memory-mapped files.</summary>
public sealed class MemoryTests() : CalibrationTest(seed: 7)
{
    private string Spill => Path.Combine(Folder, "spill");

    [Theory]
    [InlineData(Method.QDrop)]
    [InlineData(Method.Nearest)]
    public void A_limit_changes_no_byte_of_the_result_and_leaves_no_file(Method method)
    {
        using var model = new ResidualNet();
        Tensor inputs = randn(70, 3, 16, 16);
        byte[] Bytes(CalibrationMemory? memory)
        {
            string path = Path.Combine(Folder, "model.safetensors");
            Artifact.Write(
                path,
                ModelQuantizer
                    .Quantize(
                        ResidualNet.Descriptor,
                        ResidualNet.Descriptor.Settings with
                        {
                            Samples = 70,
                            Method = method,
                        },
                        model,
                        inputs,
                        memory: memory)
                    .State);
            return File.ReadAllBytes(path);
        }
        // A batch of the stem's output, 64 · 8 · 16 · 16 floats, fits, and its 70 rows do not.
        Assert.Equal(Bytes(null), Bytes(new CalibrationMemory(64 * 8 * 16 * 16 * sizeof(float), Spill)));
        Assert.True(Directory.Exists(Spill), "Nothing was kept in a file.");
        Assert.Empty(Directory.GetFiles(Spill));
    }

    [Fact]
    public void What_is_freed_makes_room_on_the_heap()
    {
        using var memory = new ActivationMemory(new CalibrationMemory(2000, Spill));
        Tensor batch = zeros(10, 4);
        Tensor Rows(long count) => memory.Empty([count, 4], [4, 1], batch);
        using Tensor first = Rows(60);
        Tensor second = Rows(60);
        Assert.Equal(0, memory.Mapped);
        using Tensor third = Rows(60);
        Assert.Equal(60 * 4 * sizeof(float), memory.Mapped);
        second.Dispose();
        using Tensor fourth = Rows(60);
        Assert.Equal(60 * 4 * sizeof(float), memory.Mapped);
    }

    [Fact]
    public void Mapped_activations_keep_values_and_order()
    {
        using var memory = new ActivationMemory(new CalibrationMemory(600, Spill));
        // channels_last: [2, 3, 5, 7] with the channels side by side.
        Tensor values = randn(2, 5, 7, 3).permute(0, 3, 1, 2);
        using Tensor mapped = memory.Empty(values.shape, values.stride(), values.narrow(0, 0, 1));
        mapped.copy_(values);
        Assert.Equal(840, memory.Mapped);
        Assert.Equal(values.stride(), mapped.stride());
        Assert.True(mapped.allclose(values, rtol: 0, atol: 0));
    }

    [Fact]
    public void Copies_for_another_memory_order_count()
    {
        Tensor rows = randn(40, 3, 4, 4),
            output = randn(8, 3, 4, 4),
            channelsLast = randn(40, 4, 4, 3).permute(0, 3, 1, 2);
        using var memory = new ActivationMemory(new CalibrationMemory(3 * 4 * 4 * sizeof(float), Spill));
        using (var inputs = new UnitInputs(channelsLast, rows, 8, 0.5, new SeededDraws(1, 0), memory))
            Assert.Equal(40 * 48 * sizeof(float), memory.Mapped);
        using var loss = new ReconstructionLoss(channelsLast, 1, weights: null, memory);
        loss.Evaluate(output, [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal(2 * 40 * 48 * sizeof(float), memory.Mapped);
    }

    [Fact]
    public void A_copy_in_another_order_has_the_same_values()
    {
        using var memory = new ActivationMemory(null);
        Tensor rows = randn(2, 3, 5, 7);
        using Tensor copy = memory.Reordered(rows, [105, 1, 21, 3]);
        Assert.Equal([105, 1, 21, 3], copy.stride());
        Assert.True(copy.allclose(rows, rtol: 0, atol: 0));
    }

    [Fact]
    public void A_limit_below_a_batch_is_an_error_that_says_what_a_batch_takes()
    {
        using var model = new ResidualNet();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                ResidualNet.Descriptor.Settings,
                model,
                randn(48, 3, 16, 16),
                memory: new CalibrationMemory(100_000, Spill)));
        Assert.Equal("QDROP243", error.Code);
        // 48 · 8 · 16 · 16 floats.
        Assert.Contains("0.375 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolder_that_cannot_be_written_to_is_an_error()
    {
        File.WriteAllText(Spill, "");
        using var model = new ResidualNet();
        QDropException error = Assert.Throws<QDropException>(() =>
            ModelQuantizer.Quantize(
                ResidualNet.Descriptor,
                ResidualNet.Descriptor.Settings,
                model,
                randn(48, 3, 16, 16),
                memory: new CalibrationMemory(48 * 8 * 16 * 16 * sizeof(float), Spill)));
        Assert.Equal("QDROP260", error.Code);
        Assert.Contains(Spill, error.Message, StringComparison.Ordinal);
    }
}
