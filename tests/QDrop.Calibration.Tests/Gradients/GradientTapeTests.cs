using QDrop.Calibration.Learning;
using QDrop.CompilerServices;
using QDrop.Tests.Golden;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Gradients;

/// <summary>Whatever is cut, gradients are those that autograd gives where nothing is.</summary>
public sealed class GradientTapeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly GradientTape _tape = new();
    private readonly Tensor _x = randn(4, 5).requires_grad_(), _weight = randn(5, 5).requires_grad_();

    public void Dispose()
    {
        _tape.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Through_a_chain() => Same(cube => cube(cube(_x.matmul(_weight)).matmul(_weight)));

    [Fact]
    public void Where_two_operations_have_inputs_made_of_the_same_values() => Same(cube =>
    {
        Tensor shared = _x.matmul(_weight);
        return cube(shared.sin()) + cube(shared.cos()) * shared;
    });

    [Fact]
    public void Where_one_value_goes_into_two_operations() => Same(cube =>
    {
        Tensor shared = cube(_x.matmul(_weight));
        return cube(shared) + cube(shared.sin()) * 2;
    });

    [Fact]
    public void Where_the_input_is_a_leaf() => Same(cube => cube(_x) * cube(_weight.sum()));

    [Fact]
    public void Where_the_output_is_a_recorded_one_and_is_used_besides() => Same(cube =>
    {
        Tensor y = cube(_x.matmul(_weight));
        return cube(y + y.sin());
    });

    [Fact]
    public void Where_an_operation_has_no_part_in_the_output() => Same(cube =>
    {
        cube(_x * 3);
        return cube(_x.matmul(_weight));
    });

    // Both operands' gradients are views of the same memory.
    [Fact]
    public void Where_views_of_two_values_are_added_and_one_is_used_besides() => Same(cube =>
    {
        Tensor y0 = cube(_x.matmul(_weight)), y1 = cube(_x.matmul(_weight.sin())), y2 = cube(y1.sin());
        return cube(y0.flatten() + y1.flatten()) + y2.flatten();
    });

    [Fact]
    public void Where_a_model_changes_a_view_in_place() => Same(cube => cube(Ops.mul_(Ops.view(cube(_x), [20]), 2)));

    [Fact]
    public void Gradients_of_parameters_add_up_over_passes_and_share_no_memory()
    {
        Tensor a = randn(5).requires_grad_(), b = randn(5).requires_grad_();
        using var tape = new GradientTape([a, b]);
        Tensor sum = a.unsqueeze(0) + b.unsqueeze(0), y;
        using (no_grad())
            y = a.pow(3);
        Tensor cubed = tape.Record(new CubeOperation(a), y);

        tape.Backward([sum, cubed], [ones_like(sum), ones_like(cubed)]);

        Near.Equal(Near.Values(1 + 3 * a.square()), a.grad!);
        Near.Equal(Near.Values(ones(5)), b.grad!);
    }

    [Fact]
    public void Where_a_model_changes_a_value_in_place() => Same(cube => cube(Ops.add_(Ops.mul_(cube(_x), 2), _x)));

    [Fact]
    public void Where_a_model_disposes_its_values() => Same(cube =>
    {
        using Tensor product = _x.matmul(_weight);
        using Tensor y = cube(product);
        return y.sin();
    });

    [Fact]
    public void Several_outputs_add_up()
    {
        Tensor y = Cube(_x), sum = y.sum();
        _tape.Backward([y, sum], [ones_like(y), tensor(2f)]);
        Near.Equal(Near.Values(9 * _x.square()), _x.grad!);
    }

    [Fact]
    public void Nothing_is_recorded_where_autograd_records_nothing()
    {
        using (no_grad())
            Assert.False(GradientTape.IsRecording);
        Assert.True(GradientTape.IsRecording);
    }

    [Fact]
    public void What_was_recorded_is_forgotten_after_a_backward_pass()
    {
        Tensor y = Cube(_x);
        _tape.Backward([y], [ones_like(y)]);
        Tensor before = _x.grad!.clone();
        _tape.Backward([y], [ones_like(y)]);
        Near.Equal(Near.Values(before), _x.grad!);
    }

    private void Same(Func<Func<Tensor, Tensor>, Tensor> model)
    {
        Tensor expected = model(static x => x.pow(3)), flow = randn(expected.shape);
        expected.backward([flow]);
        (float[] ofX, float[] ofWeight) = (
            Near.Values(_x.grad!), _weight.grad is null ? [] : Near.Values(_weight.grad));
        (_x.grad, _weight.grad) = (null, null);

        Tensor found = model(Cube);
        _tape.Backward([found], [flow]);

        Near.Equal(Near.Values(expected), found, 1e-5, 1e-5);
        Near.Equal(ofX, Near.Values(_x.grad!), 1e-3, 1e-3);
        Near.Equal(ofWeight, _weight.grad is null ? [] : Near.Values(_weight.grad), 1e-3, 1e-3);
    }

    private Tensor Cube(Tensor x)
    {
        Tensor y;
        using (no_grad())
            y = x.pow(3);
        return _tape.Record(new CubeOperation(x), y);
    }

    private sealed class CubeOperation(Tensor x) : TapedOperation(x)
    {
        public override Tensor Backward(Tensor gradient)
        {
            using IDisposable _ = no_grad();
            return 3 * Input.square() * gradient;
        }
    }
}
