using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibration.Inputs;

/// <summary>
/// Gives memory for activations of all calibration inputs: up to a limit on the heap, above it in memory-mapped files.
/// </summary>
/// <param name="options">The limit; <see langword="null"/> for none.</param>
internal sealed class ActivationMemory(CalibrationMemory? options) : IDisposable
{
    private readonly List<(Tensor Tensor, long Bytes)> _onHeap = [];
    private readonly List<string> _files = [];

    /// <summary>Bytes that have been mapped so far.</summary>
    public long Mapped { get; private set; }

    /// <summary>
    /// A tensor whose elements are not set. It lives until it is disposed, whatever dispose scopes end.
    /// </summary>
    /// <param name="shape">The shape, <c>[samples, …]</c>.</param>
    /// <param name="stride">The order of the elements, which fill memory without gaps.</param>
    /// <param name="batch">A batch of it: where not even one fits, the limit is of no use.</param>
    /// <exception cref="QDropException">
    /// QDROP243: the limit is too small. QDROP260: there is no room on the disk.
    /// </exception>
    public Tensor Empty(long[] shape, long[] stride, Tensor batch)
    {
        if (options is null)
            return OnHeap();
        long smallest = batch.numel() * batch.element_size(),
            bytes = shape.Aggregate(batch.element_size(), static (product, size) => product * size);
        if (smallest > options.Limit)
        {
            throw new QDropException(
                Codes.MemoryLimit,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The memory limit of {options.Limit / (double)(1 << 20):0.###} MiB is too small: a batch of one "
                        + $"activation takes {smallest / (double)(1 << 20):0.###} MiB. Expected room for a batch at "
                        + $"least; some hundred MiB cost little time."));
        }
        _onHeap.RemoveAll(static held => held.Tensor.IsInvalid);
        if (_onHeap.Sum(static held => held.Bytes) + bytes > options.Limit)
            return InFile(options.Directory, shape, stride, batch.dtype, bytes);
        Tensor tensor = OnHeap();
        _onHeap.Add((tensor, bytes));
        return tensor;

        Tensor OnHeap() => empty_strided(shape, stride, batch.dtype).DetachFromDisposeScope();
    }

    /// <summary>A copy whose elements lie in memory in another order. It lives until it is disposed.</summary>
    /// <param name="rows">Activations, <c>[samples, …]</c>.</param>
    /// <param name="stride">The order.</param>
    /// <exception cref="QDropException">
    /// QDROP243: the limit is too small. QDROP260: there is no room on the disk.
    /// </exception>
    public Tensor Reordered(Tensor rows, long[] stride)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor copy = Empty(rows.shape, stride, rows.narrow(0, 0, Math.Min(1, rows.shape[0])));
        copy.copy_(rows);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (string file in _files)
            TryDelete(file);
    }

    private Tensor InFile(string folder, long[] shape, long[] stride, ScalarType type, long bytes)
    {
        string path = Path.Combine(folder, $".qdrop-{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);
            // A mapped file must have its room before it is written to: later, a full disk would end the process.
            new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    PreallocationSize = bytes,
                }).Dispose();
            using DisposeScope scope = NewDisposeScope();
            Tensor mapped = from_file(
                    path,
                    shared: true,
                    size: shape.Aggregate(1L, static (product, size) => product * size),
                    dtype: type)
                .as_strided(shape, stride)
                .DetachFromDisposeScope();
            Mapped += bytes;
            return mapped;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QDropException(
                Codes.NotWritten,
                $"Activations above the memory limit cannot be kept in '{folder}': {e.Message.TrimEnd('.')}. Expected "
                    + $"room for {bytes >> 20} MiB. Free some space, name another folder, or raise the limit.",
                e);
        }
        finally
        {
            // The mapping outlives the file's name, so that nothing is left however the process ends; on Windows it
            // goes in the end.
            if (!TryDelete(path))
                _files.Add(path);
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
