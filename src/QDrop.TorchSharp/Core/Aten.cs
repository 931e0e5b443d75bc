using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>
/// Calls operators of ATen by name ("conv2d", "add.Tensor"; the overload after the dot) with arguments in the order of the
/// operator's schema. Missing trailing arguments take the schema's defaults. Results enter the current dispose scope.
/// </summary>
internal static unsafe class Aten
{
    private const int MaxResults = 8;
    private const int StackWords = 96;

    private static readonly ConcurrentDictionary<string, nint> Operators = new(StringComparer.Ordinal);

    /// <summary>Calls an operator with one tensor as result.</summary>
    internal static Tensor Call(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        Expect(op, Invoke(op, args, results, MaxResults), 1);
        return One(op, results);
    }

    /// <summary>Calls an operator with two tensors as results.</summary>
    internal static (Tensor, Tensor) Call2(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        Expect(op, Invoke(op, args, results, MaxResults), 2);
        return (One(op, results), One(op, results + 1));
    }

    /// <summary>Calls an operator with three tensors as results.</summary>
    internal static (Tensor, Tensor, Tensor) Call3(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        Expect(op, Invoke(op, args, results, MaxResults), 3);
        return (One(op, results), One(op, results + 1), One(op, results + 2));
    }

    /// <summary>Calls an operator and gives every tensor that it returns, those of lists too.</summary>
    internal static Tensor[] CallMany(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        int count = Invoke(op, args, results, MaxResults);
        var tensors = new List<Tensor>();
        for (int i = 0; i < count; i++)
        {
            if ((Tag)results[i].Tag is Tag.TensorList)
            {
                var handles = (nint*)results[i].Bits;
                for (int j = 0; j < results[i].Count; j++) tensors.Add(new Tensor(handles[j]));
                Native.qd_free(handles);
            }
            else
            {
                tensors.Add(One(op, results + i));
            }
        }
        return [.. tensors];
    }

    /// <summary>Calls an operator with an integer as result.</summary>
    internal static long CallLong(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        Expect(op, Invoke(op, args, results, MaxResults), 1);
        return results->Bits;
    }

    /// <summary>Calls an operator with a number as result.</summary>
    internal static double CallDouble(string op, params ReadOnlySpan<Value> args)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        Expect(op, Invoke(op, args, results, MaxResults), 1);
        return (Tag)results->Tag is Tag.Double ? BitConverter.Int64BitsToDouble(results->Bits) : results->Bits;
    }

    /// <summary>Calls an operator with a truth value as result.</summary>
    internal static bool CallBool(string op, params ReadOnlySpan<Value> args) => CallLong(op, args) != 0;

    /// <summary>Calls an operator for its effect; its results are dropped.</summary>
    internal static void CallVoid(string op, params ReadOnlySpan<Value> args) => Invoke(op, args, null, 0);

    private static Tensor One(string op, NativeValue* result) => (Tag)result->Tag is Tag.Tensor && result->Bits != 0
        ? new Tensor((nint)result->Bits)
        : throw new InvalidOperationException($"aten::{op} returned no tensor ({(Tag)result->Tag}).");

    private static void Expect(string op, int produced, int expected)
    {
        if (produced != expected) throw new InvalidOperationException($"aten::{op} has {produced} results where {expected} were expected.");
    }

    [SkipLocalsInit]
    private static int Invoke(string op, ReadOnlySpan<Value> args, NativeValue* results, int capacity)
    {
        nint handle = Operators.TryGetValue(op, out nint known) ? known : Operators.GetOrAdd(op, Native.Find(op));
        int words = 0;
        foreach (ref readonly Value value in args) words += value.ScratchWords;
        if (words > StackWords) return InvokeLarge(handle, args, words, results, capacity);
        long* scratch = stackalloc long[StackWords];
        return Invoke(handle, args, scratch, results, capacity);
    }

    private static int InvokeLarge(nint op, ReadOnlySpan<Value> args, int words, NativeValue* results, int capacity)
    {
        var scratch = (long*)NativeMemory.Alloc((nuint)words, sizeof(long));
        try
        {
            return Invoke(op, args, scratch, results, capacity);
        }
        finally
        {
            NativeMemory.Free(scratch);
        }
    }

    [SkipLocalsInit]
    private static int Invoke(nint op, ReadOnlySpan<Value> args, long* scratch, NativeValue* results, int capacity)
    {
        NativeValue* native = stackalloc NativeValue[args.Length];
        for (int i = 0; i < args.Length; i++) scratch += args[i].Write(native + i, scratch);
        long produced = Native.qd_call(op, native, args.Length, results, capacity);
        foreach (ref readonly Value value in args) value.KeepAlive();
        if (produced < 0) Native.Throw();
        return (int)produced;
    }
}
