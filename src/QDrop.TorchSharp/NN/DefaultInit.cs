using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The initial values that PyTorch gives to weighted layers.</summary>
internal static class DefaultInit
{
    /// <summary>Kaiming-uniform with a = √5 for the weight, and the bias uniform: both in ±1/√fan_in, where fan_in is the product of all sizes of the weight but the first.</summary>
    public static void FanIn(Tensor weight, Tensor? bias)
    {
        long fan_in = 1;
        foreach (long size in weight.shape.AsSpan(1)) fan_in *= size;
        if (fan_in == 0) return;
        double bound = 1 / Math.Sqrt(fan_in);
        Uniform(weight, bound);
        if (bias is not null) Uniform(bias, bound);
    }

    public static void Uniform(Tensor tensor, double bound) => Apply("uniform_", tensor, -bound, bound);

    public static void Fill(Tensor tensor, double value) => Apply("fill_.Scalar", tensor, value);

    public static void Normal(Tensor tensor) => Apply("normal_", tensor, 0.0, 1.0);

    /// <summary>An embedding table <c>[n, d]</c> with normally distributed values.</summary>
    public static Parameter Table(long rows, long columns, Device? device, ScalarType? dtype)
    {
        var table = new Parameter(empty([rows, columns], dtype, device));
        Normal(table);
        return table;
    }

    public static void ZeroRow(Tensor table, long row)
    {
        using var _ = no_grad();
        using Tensor values = Aten.Call("select.int", table, 0L, row);
        Aten.Call("zero_", values).Dispose();
    }

    /// <summary>A parameter that copies a tensor's values.</summary>
    public static Parameter Copy(Tensor values, Device? device, ScalarType? dtype, bool requires_grad)
    {
        using var _ = no_grad();
        return new Parameter(Aten.Call("to.device", values, device ?? values.device, dtype ?? values.dtype, false, true), requires_grad);
    }

    /// <summary>Scales the rows that are looked up down to a norm, in place.</summary>
    public static void Renormalize(Tensor table, Tensor indices, double max_norm, double norm_type)
    {
        using var _ = no_grad();
        using Tensor flat = Aten.Call("reshape", indices, new[] { -1L });
        Aten.Call("embedding_renorm_", table, flat, max_norm, norm_type).Dispose();
    }

    private static void Apply(string op, Tensor tensor, params ReadOnlySpan<Value> values)
    {
        using var _ = no_grad();
        Aten.Call(op, [tensor, .. values]).Dispose();
    }
}
