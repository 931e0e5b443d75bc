using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

/// <summary>The C functions of the shim over libtorch, and how their failures become exceptions.</summary>
internal static unsafe partial class Native
{
    private const string Library = "qdrop_torch";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        try
        {
            return NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException failure)
        {
            throw new DllNotFoundException(
                "TorchSharp cannot load libtorch or the library 'qdrop_torch' that binds it. Install libtorch with " +
                "'apt-get install libtorch-dev libopenblas0-pthread' and build the binding with './build.sh setup'. The loader says: " + failure.Message,
                failure);
        }
    }

    /// <summary>Throws libtorch's message when <paramref name="status"/> says that a call failed.</summary>
    internal static void Check(long status)
    {
        if (status < 0) Throw();
    }

    /// <summary>Throws libtorch's message when no handle came back.</summary>
    internal static nint CheckHandle(nint handle)
    {
        if (handle == 0) Throw();
        return handle;
    }

    internal static void Throw()
    {
        if (torch.autograd.TakeManagedFailure() is { } managed) managed.Throw();
        throw new ExternalException(LastError());
    }

    internal static string LastError() => Marshal.PtrToStringUTF8((nint)qd_last_error()) ?? "libtorch failed without a message";

    [LibraryImport(Library)] private static partial byte* qd_last_error();
    [LibraryImport(Library)] internal static partial long qd_live_handles();
    [LibraryImport(Library)] private static partial byte* qd_version();
    [LibraryImport(Library)] private static partial nint qd_find(byte* name, byte* overload);
    [LibraryImport(Library)] internal static partial long qd_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity);
    [LibraryImport(Library)] internal static partial void qd_free(void* memory);

    [LibraryImport(Library)] internal static partial void qd_retain(nint tensor);
    [LibraryImport(Library)] internal static partial void qd_release(nint tensor);

    [LibraryImport(Library), SuppressGCTransition] internal static partial long qd_dim(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long qd_numel(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long qd_size(nint tensor, long dim);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void qd_sizes(nint tensor, long* target);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void qd_strides(nint tensor, long* target);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_dtype(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_device_type(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_device_index(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_layout(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_is_contiguous(nint tensor, int format);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long qd_storage_offset(nint tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long qd_element_size(nint tensor);
    [LibraryImport(Library)] internal static partial long qd_data(nint tensor, void** data);
    [LibraryImport(Library)] internal static partial long qd_storage(nint tensor, void** data, long* bytes);
    [LibraryImport(Library)] internal static partial nint qd_from_memory(void* data, long* sizes, int dims, int dtype);
    [LibraryImport(Library)] internal static partial nint qd_from_blob(void* data, long* sizes, int dims, int dtype, delegate* unmanaged<nint, void> free, nint context);

    [LibraryImport(Library)] internal static partial long qd_set_threads(int count);
    [LibraryImport(Library)] internal static partial int qd_threads();
    [LibraryImport(Library)] internal static partial long qd_set_interop_threads(int count);
    [LibraryImport(Library)] internal static partial int qd_interop_threads();

    [LibraryImport(Library)] internal static partial int qd_default_dtype();
    [LibraryImport(Library)] internal static partial long qd_set_default_dtype(int dtype);
    [LibraryImport(Library)] internal static partial int qd_deterministic();
    [LibraryImport(Library)] internal static partial int qd_deterministic_warn_only();
    [LibraryImport(Library)] internal static partial void qd_set_deterministic(int enabled, int warnOnly);

    [LibraryImport(Library)] internal static partial nint qd_default_generator();
    [LibraryImport(Library)] internal static partial nint qd_new_generator(ulong seed);
    [LibraryImport(Library)] internal static partial void qd_free_generator(nint generator);
    [LibraryImport(Library)] internal static partial void qd_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial ulong qd_generator_current_seed(nint generator);
    [LibraryImport(Library)] internal static partial ulong qd_generator_seed(nint generator);
    [LibraryImport(Library)] internal static partial nint qd_generator_state(nint generator);
    [LibraryImport(Library)] internal static partial long qd_generator_set_state(nint generator, nint state);

    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_requires_grad(nint tensor);
    [LibraryImport(Library)] internal static partial long qd_set_requires_grad(nint tensor, int value);
    [LibraryImport(Library)] internal static partial int qd_is_leaf(nint tensor);
    [LibraryImport(Library)] internal static partial int qd_retains_grad(nint tensor);
    [LibraryImport(Library)] internal static partial long qd_retain_grad(nint tensor);
    [LibraryImport(Library)] internal static partial nint qd_grad(nint tensor);
    [LibraryImport(Library)] internal static partial long qd_set_grad(nint tensor, nint gradient);
    [LibraryImport(Library)] internal static partial long qd_set_data(nint tensor, nint data);
    [LibraryImport(Library)] internal static partial int qd_anomaly();
    [LibraryImport(Library)] internal static partial int qd_anomaly_checks_nan();
    [LibraryImport(Library)] internal static partial void qd_set_anomaly(int enabled, int checkNan);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_grad_enabled();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void qd_set_grad_enabled(int enabled);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int qd_inference_enabled();
    [LibraryImport(Library)] internal static partial nint qd_enter_inference(int enabled);
    [LibraryImport(Library)] internal static partial void qd_leave_inference(nint guard);
    [LibraryImport(Library)]
    internal static partial long qd_backward(nint* tensors, int count, nint* gradients, int gradientCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [LibraryImport(Library)]
    internal static partial long qd_gradients(nint* outputs, int count, nint* inputs, int inputCount, nint* gradients, int gradientCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);

    [LibraryImport(Library)]
    internal static partial nint qd_node_new(byte* label, delegate* unmanaged<nint, nint, nint*, int, nint*, int, byte*> backward, delegate* unmanaged<nint, void> free, nint state);
    [LibraryImport(Library)] internal static partial void qd_node_free(nint node);
    [LibraryImport(Library)] internal static partial nint qd_node_address(nint node);
    [LibraryImport(Library)] internal static partial long qd_node_inputs(nint node, nint* inputs, int count);
    [LibraryImport(Library)] internal static partial long qd_node_outputs(nint node, nint* outputs, int count, nint* results);
    [LibraryImport(Library)] internal static partial long qd_node_save(nint address, nint* tensors, int count);
    [LibraryImport(Library)] internal static partial int qd_node_saved_count(nint address);
    [LibraryImport(Library)] internal static partial long qd_node_saved(nint address, nint* results);
    [LibraryImport(Library)] internal static partial void qd_node_mark_dirty(nint address, nint* tensors, int count);
    [LibraryImport(Library)] internal static partial void qd_node_mark_non_differentiable(nint address, nint* tensors, int count);
    [LibraryImport(Library)] internal static partial void qd_node_materialize_grads(nint address, int value);

    /// <summary>libtorch's own version.</summary>
    internal static string Version() => Marshal.PtrToStringUTF8((nint)qd_version()) ?? "unknown";

    /// <summary>The operator "name" or "name.overload" of the namespace aten.</summary>
    internal static nint Find(string op)
    {
        int dot = op.IndexOf('.');
        string name = "aten::" + (dot < 0 ? op : op[..dot]) + "\0";
        string overload = (dot < 0 ? "" : op[(dot + 1)..]) + "\0";
        fixed (byte* n = Encoding.UTF8.GetBytes(name))
        fixed (byte* o = Encoding.UTF8.GetBytes(overload))
            return CheckHandle(qd_find(n, o));
    }
}
