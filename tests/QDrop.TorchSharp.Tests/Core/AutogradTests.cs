using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Custom functions: their gradients, their memory, their failures.</summary>
public sealed class AutogradTests
{
    /// <summary>x * y^2 * factor.</summary>
    internal sealed class Weighted : autograd.SingleTensorFunction<Weighted>
    {
        public override string Name => nameof(Weighted);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, y, factor) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
            ctx.save_for_backward([x, y]);
            ctx.save_data("factor", factor);
            return x * y * y * factor;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            List<Tensor> saved = ctx.get_saved_variables();
            var factor = (double)ctx.get_data("factor");
            return [grad_output * saved[1] * saved[1] * factor, grad_output * saved[0] * saved[1] * (2 * factor), null!];
        }
    }

    /// <summary>(sorted values, indices); the second has no gradient.</summary>
    private sealed class Sorted : autograd.MultiTensorFunction<Sorted>
    {
        public override string Name => nameof(Sorted);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            (Tensor values, Tensor indices) = ((Tensor)vars[0]).sort();
            ctx.mark_non_differentiable([indices]);
            ctx.save_for_backward([indices]);
            return [values, indices];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
            [grad_outputs[0].zeros_like().scatter_(0, ctx.get_saved_variables()[0], grad_outputs[0])];
    }

    private sealed class Doubled : autograd.SingleTensorFunction<Doubled>
    {
        public override string Name => nameof(Doubled);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            x.mul_(2);
            ctx.mark_dirty([x]);
            return x;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output * 2];
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).exp();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new TimeoutException("no gradient today");
    }

    private sealed class Short : autograd.SingleTensorFunction<Short>
    {
        public override string Name => nameof(Short);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] + (Tensor)vars[1];

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output];
    }

    [Fact]
    public void Gradients_of_a_custom_function_agree_with_finite_differences()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 0.3, -1.2, 2.0 }, requires_grad: true), y = tensor(new[] { 1.5, 0.4, -0.7 }, requires_grad: true);
        Weighted.apply(x, y, 0.5).sum().backward();
        double[] xs = x.data<double>().ToArray(), ys = y.data<double>().ToArray();
        const double H = 1e-6;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal((Value(xs[i] + H, ys[i]) - Value(xs[i] - H, ys[i])) / (2 * H), x.grad!.data<double>()[i], 6);
            Assert.Equal((Value(xs[i], ys[i] + H) - Value(xs[i], ys[i] - H)) / (2 * H), y.grad!.data<double>()[i], 6);
        }

        static double Value(double x, double y) => x * y * y * 0.5;
    }

    [Fact]
    public void A_custom_function_works_without_grad_and_keeps_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(3, requires_grad: true);
        Tensor z;
        using (no_grad()) z = Weighted.apply(x, ones(3), 2.0);
        Assert.False(z.requires_grad);
        Assert.Equal(6.0, z.sum().ToDouble());
        Assert.Equal(6.0, Weighted.apply(ones(3), ones(3), 2.0).sum().ToDouble());
    }

    [Fact]
    public void Outputs_can_be_declared_non_differentiable()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 3f, 1f, 2f }, requires_grad: true);
        List<Tensor> outputs = Sorted.apply(x);
        Assert.True(outputs[0].requires_grad);
        Assert.False(outputs[1].requires_grad);
        (outputs[0] * tensor(new[] { 10f, 20f, 30f })).sum().backward();
        Assert.Equal([30f, 10f, 20f], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void An_input_changed_in_place_keeps_its_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f }, requires_grad: true);
        Tensor y = x * 3;
        Tensor z = Doubled.apply(y);
        z.sum().backward();
        Assert.Equal([6f, 6f], x.grad!.data<float>().ToArray());
        Assert.Equal([6f, 12f], z.detach().data<float>().ToArray());
    }

    [Fact]
    public void An_exception_in_backward_reaches_the_caller_as_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true);
        var failure = Assert.Throws<TimeoutException>(() => Failing.apply(x).sum().backward());
        Assert.Equal("no gradient today", failure.Message);
    }

    [Fact]
    public void Too_few_gradients_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true);
        var failure = Assert.Throws<InvalidOperationException>(() => Short.apply(x, ones(2)).sum().backward());
        Assert.Contains("returned 1 gradients for 2 arguments", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_backward_through_a_custom_function_is_refused_as_libtorch_does()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true);
        Tensor z = Weighted.apply(x, ones(2), 1.0).sum();
        z.backward();
        Assert.Contains("second time", Assert.ThrowsAny<Exception>(z.backward).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Grad_gives_gradients_without_accumulating_and_takes_second_derivatives()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 2.0, 3.0 }, requires_grad: true);
        Tensor first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Tensor second = autograd.grad([first.sum()], [x])[0];
        Assert.Equal([12.0, 27.0], first.detach().data<double>().ToArray());
        Assert.Equal([12.0, 18.0], second.data<double>().ToArray());
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_modes_nest_and_are_restored()
    {
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            using (enable_grad()) Assert.True(is_grad_enabled());
            Assert.False(is_grad_enabled());
        }
        using (inference_mode()) Assert.True(is_inference_mode_enabled());
        Assert.False(is_inference_mode_enabled());
        Assert.True(is_grad_enabled());
    }
}
