using QDrop.CompilerServices;
using QDrop.Models;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Models;

/// <summary>Sizes of inputs that a model leaves open.</summary>
public sealed class OpenSizesTests
{
    [Fact]
    public void Sizes_are_open_where_the_model_runs_with_less()
    {
        Bundle[] found = Of(static x => x[0].shape[1] == 3, zeros(2, 3, 8, 12));
        Assert.Equal(
            [new long[] { 2, 3, 4, 6 }, [2, 3, 4, 12], [2, 3, 8, 6]],
            found.Select(static f => f.Single.shape));
    }

    [Fact]
    public void Two_sizes_that_are_the_same_become_different_ones() =>
        Assert.Equal([2, 3, 4, 6], Of(static x => x[0].shape[1] == 3, zeros(2, 3, 8, 8))[0].Single.shape);

    [Fact]
    public void A_sequence_and_its_mask_are_shortened_together()
    {
        Bundle[] found = Of(static x => x[0].shape[1] == x[1].shape[1], zeros(2, 16), zeros(2, 16));
        Assert.Equal([2, 8], found.Single().Tensors[0].shape);
        Assert.Equal([2, 8], found.Single().Tensors[1].shape);
    }

    [Fact]
    public void Nothing_is_open_where_the_model_takes_one_size() =>
        Assert.Empty(Of(static x => x[0].shape[1] == 64, zeros(2, 64)));

    private static Bundle[] Of(Func<IReadOnlyList<Tensor>, bool> runs, params Tensor[] inputs) =>
        [.. new OpenSizes(b => runs(b.Tensors)).Of(new([.. inputs]))];
}
