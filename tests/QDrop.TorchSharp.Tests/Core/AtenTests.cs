using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>The boxed call: arguments of every kind in, results of every kind out, failures as exceptions.</summary>
public sealed class AtenTests
{
    private static Tensor Range(int count) => Aten.Call("arange", count, float32);

    [Fact]
    public void Missing_trailing_arguments_take_the_schema_defaults()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = Aten.Call("add.Tensor", Range(3), Range(3));
        Assert.Equal(6.0, Aten.CallDouble("item", Aten.Call("sum", sum)));
    }

    [Fact]
    public void Lists_numbers_types_and_strings_cross_the_border()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Aten.Call("view", Range(24), new long[] { 2, 3, 4 });
        Assert.Equal([2, 3, 4], x.shape);
        Assert.Equal([4], Aten.Call("sum.dim_IntList", x, new long[] { 0, 1 }, false, ScalarType.Float64).shape);
        Assert.Equal([2, 2, 3], Aten.Call("einsum", "bij,cij->bci", new[] { x, x }).shape);
        Assert.Equal(3, Aten.CallMany("unbind.int", x, 1).Length);
        (Tensor values, Tensor indices) = Aten.Call2("max.dim", x, 2);
        Assert.Equal(ScalarType.Int64, indices.dtype);
        Assert.Equal([2, 3], values.shape);
    }

    [Fact]
    public void Messages_of_libtorch_are_carried()
    {
        using DisposeScope scope = NewDisposeScope();
        var failure = Assert.Throws<ExternalException>(() => Aten.Call("mm", Aten.Call("view", Range(6), new long[] { 2, 3 }), Aten.Call("view", Range(6), new long[] { 2, 3 })));
        Assert.Contains("2x3 and 2x3", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_of_the_wrong_kind_or_number_are_named()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("'dim' takes an integer, but 0.5 was given", Message(static () => Aten.Call("softmax.int", Range(2), 0.5)), StringComparison.Ordinal);
        Assert.Contains("argument 'mat2' is missing", Message(static () => Aten.Call("mm", Range(2))), StringComparison.Ordinal);
        Assert.Contains("takes 1 arguments, 2 were given", Message(static () => Aten.Call("neg", Range(2), 1)), StringComparison.Ordinal);

        static string Message(Action call) => Assert.Throws<ExternalException>(call).Message;
    }

    [Fact]
    public void Defaults_can_be_asked_for_in_the_middle()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([1, 1, 2, 2], Aten.Call("avg_pool2d", Aten.Call("view", Range(16), new long[] { 1, 1, 4, 4 }), 2, Value.Default, 0, false).shape);
    }

    [Fact]
    public void An_unknown_operator_is_named_in_the_error()
    {
        var failure = Assert.Throws<ExternalException>(() => Aten.CallVoid("no_such_operator"));
        Assert.Contains("aten::no_such_operator", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        Tensor x = Range(3);
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Aten.Call("neg", x));
    }

    [Fact]
    public void Backward_gives_the_gradient_of_a_square()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Range(4).requires_grad_();
        Aten.Call("sum", Aten.Call("mul.Tensor", x, x)).backward();
        Assert.Equal(12.0, Aten.CallDouble("item", Aten.Call("sum", x.grad!)));
    }

    [Fact]
    public void Long_argument_lists_leave_the_stack()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = [.. Enumerable.Range(0, 1000).Select(_ => Range(3))];
        Assert.Equal([3000], Aten.Call("cat", parts).shape);
    }
}
