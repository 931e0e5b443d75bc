using QDrop.Calibration.Memory;
using QDrop.Native;
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

    private readonly List<Tensor> _mapped = [];

    /// <summary>Bytes that have been mapped so far.</summary>
    public long Mapped { get; private set; }

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => options is not null;

    /// <summary>
    /// Bytes that may be on the heap: what the limit of the process leaves for activations that are kept.
    /// </summary>
    public long Room { get; set; } = options?.Limit ?? long.MaxValue;

    /// <summary>
    /// A tensor whose elements are not set. It lives until it is disposed, whatever dispose scopes end.
    /// </summary>
    /// <param name="shape">The shape, <c>[samples, …]</c>.</param>
    /// <param name="stride">The order of the elements, which fill memory without gaps.</param>
    /// <param name="type">Their type.</param>
    /// <exception cref="QDropException">QDROP260: there is no room on the disk.</exception>
    public Tensor Empty(long[] shape, long[] stride, ScalarType type)
    {
        if (options is null)
            return OnHeap();
        using Tensor one = empty(1, type);
        long bytes = shape.Aggregate(one.element_size(), static (product, size) => product * size);
        _onHeap.RemoveAll(static held => held.Tensor.IsInvalid);
        if (bytes > 0 && _onHeap.Sum(static held => held.Bytes) + bytes > Room)
            return InFile(options.Directory, shape, stride, type, bytes);
        Tensor tensor = OnHeap();
        _onHeap.Add((tensor, bytes));
        return tensor;

        Tensor OnHeap() => empty_strided(shape, stride, type).DetachFromDisposeScope();
    }

    /// <summary>A copy whose elements lie in memory in another order. It lives until it is disposed.</summary>
    /// <param name="rows">Activations, <c>[samples, …]</c>.</param>
    /// <param name="stride">The order.</param>
    /// <exception cref="QDropException">QDROP260: there is no room on the disk.</exception>
    public Tensor Reordered(Tensor rows, long[] stride)
    {
        using IDisposable guard = no_grad();
        Tensor copy = Empty(rows.shape, stride, rows.dtype);
        Copy(rows, copy, 0);
        return copy;
    }

    /// <summary>A copy, in the same memory order where that is dense. It lives until it is disposed.</summary>
    /// <exception cref="QDropException">QDROP260: there is no room on the disk.</exception>
    public Tensor Keep(Tensor tensor)
    {
        using IDisposable guard = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (!IsLimited)
            return tensor.detach().clone().DetachFromDisposeScope();
        Tensor dense = DenseMemory.ToDense(tensor), kept = Empty(dense.shape, dense.stride(), dense.dtype);
        kept.copy_(dense);
        MappedPages.Passed(dense.numel() * dense.element_size());
        return kept;
    }

    /// <summary>Copies samples, a few at a time.</summary>
    /// <param name="from">What is copied, <c>[samples, …]</c>.</param>
    /// <param name="to">Where it goes, with as many samples or more.</param>
    /// <param name="first">The first of them.</param>
    public static void Copy(Tensor from, Tensor to, long first)
    {
        long samples = from.shape[0];
        if (from.numel() == 0)
            return;
        long bytes = from.numel() / samples * from.element_size(),
            rows = Math.Max(1, MappedPages.Allowed / (4 * bytes));
        for (long start = 0; start < samples; start += rows)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(rows, samples - start);
            to.narrow(0, first + start, count).copy_(from.narrow(0, start, count));
            MappedPages.Passed(2 * count * bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor mapped in _mapped)
            MappedPages.Unwatch(mapped);
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
            Tensor file = from_file(
                path,
                shared: true,
                size: shape.Aggregate(1L, static (product, size) => product * size),
                dtype: type);
            Tensor mapped = file.as_strided(shape, stride).DetachFromDisposeScope();
            Mapped += bytes;
            _mapped.RemoveAll(static m => m.IsInvalid);
            _mapped.Add(mapped);
            MappedPages.Watch(mapped, DenseMemory.Address(file), bytes);
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
