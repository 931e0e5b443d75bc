using static TorchSharp.torch;
using static TorchSharp.torch.TensorIndex;

namespace TorchSharp.Tests.Core;

/// <summary>Indices of every kind, read and written, against plain arrays.</summary>
public sealed class IndexingTests
{
    private static Tensor Cube() => arange(24, float32).view(2, 3, 4);

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();

    [Fact]
    public void Numbers_select()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(23f, Cube()[1, 2, 3].item<float>());
        Assert.Equal(23f, Cube()[-1, -1, -1].item<float>());
        Assert.Equal([12f, 13f, 14f, 15f], Values(Cube()[1, 0]));
    }

    [Fact]
    public void Slices_are_views_with_strides()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Cube();
        Tensor view = x[Colon, Slice(0, null, 2), Slice(1, 3)];
        Assert.Equal([2, 2, 2], view.shape);
        Assert.Equal([1f, 2f, 9f, 10f, 13f, 14f, 21f, 22f], Values(view));
        view.fill_(-1);
        Assert.Equal(-1f, x[0, 0, 1].item<float>());
    }

    [Fact]
    public void Csharp_ranges_and_indices_count_from_either_end()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(10, float32);
        Assert.Equal([2f, 3f], Values(x[2..4]));
        Assert.Equal([7f, 8f, 9f], Values(x[^3..]));
        Assert.Equal([0f, 1f], Values(x[..^8]));
        Assert.Equal(9f, x[^1].item<float>());
        Assert.Equal([3f, 4f], Values(x[(3, 5)]));
    }

    [Fact]
    public void The_ellipsis_and_new_axes_place_dimensions()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([2, 3], Cube()[Ellipsis, 1].shape);
        Assert.Equal([1f, 5f, 9f, 13f, 17f, 21f], Values(Cube()[Ellipsis, 1]));
        Assert.Equal([2, 1, 3, 4], Cube()[Colon, None].shape);
        Assert.Equal([2, 3, 4, 1], Cube()[Ellipsis, None].shape);
        Assert.Equal([3, 4], Cube()[1, Ellipsis].shape);
    }

    [Fact]
    public void Masks_and_tensors_choose_elements()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Cube();
        Assert.Equal([21f, 22f, 23f], Values(x[x > 20]));
        Tensor rows = tensor(new long[] { 2, 0 });
        Assert.Equal([2, 2, 4], x[Colon, TensorIndex.Tensor(rows)].shape);
        Assert.Equal([11f, 3f, 23f, 15f], Values(x[Colon, TensorIndex.Tensor(rows), 3]));
        Assert.Equal([20f, 1f], Values(x.index(tensor(new long[] { 1, 0 }), tensor(new long[] { 2, 0 }), tensor(new long[] { 0, 1 }))));
    }

    [Fact]
    public void Truth_values_keep_or_drop_everything()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([1, 2, 3, 4], Cube()[Bool(true)].shape);
        Assert.Equal([0, 2, 3, 4], Cube()[Bool(false)].shape);
    }

    [Fact]
    public void Assignment_reaches_the_tensor_through_every_kind_of_index()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(3, 4);
        x[0, 1] = tensor(5f);
        x[1] = ones(4);
        x[Colon, Slice(3)] = tensor(7f);
        x[x == 0] = tensor(-1f);
        Assert.Equal([-1f, 5f, -1f, 7f, 1f, 1f, 1f, 7f, -1f, -1f, -1f, 7f], Values(x));
        x.index_put_(ones(1), [TensorIndex.Tensor(tensor(new long[] { 0, 0 })), TensorIndex.Tensor(tensor(new long[] { 0, 0 }))], accumulate: true);
        Assert.Equal(1f, x[0, 0].item<float>());
    }

    [Fact]
    public void Indexing_is_differentiable()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(6, float32).requires_grad_();
        (x[2..5].sum() + x[tensor(new long[] { 0, 0 })].sum()).backward();
        Assert.Equal([2f, 0f, 1f, 1f, 1f, 0f], Values(x.grad!));
    }

    [Fact]
    public void Too_many_indices_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("4 indices", Assert.Throws<ArgumentException>(() => Cube()[0, 0, Colon, 0]).Message, StringComparison.Ordinal);
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => Cube()[2]);
    }
}
