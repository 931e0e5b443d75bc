using System.Collections.Immutable;
using QDrop.Calibration.Inputs;
using QDrop.CompilerServices;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Reconstruction;

/// <summary>Where samples are in tensors, and tensors in structures.</summary>
public sealed class BatchLayoutTests
{
    public static TheoryData<long[], long[], int, long> Layouts => new()
    {
        { [2, 3, 4], [3, 3, 4], 0, 1 },
        { [5, 2, 4], [5, 3, 4], 1, 1 },
        { [5, 4, 2], [5, 4, 3], 2, 1 },
        { [14, 4], [21, 4], 0, 7 },
        { [5, 14, 4], [5, 21, 4], 1, 7 },
        { [4, 4], [4, 4], -1, 1 },
        { [], [], -1, 1 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_shapes_of_two_batches_tell_where_the_samples_are(long[] two, long[] three, int axis, long perSample)
    {
        BatchLayout layout = BatchLayout.Between((2, two), (3, three))!.Value;
        Assert.Equal(axis, layout.Axis);
        Assert.Equal(perSample, layout.PerSample);
    }

    [Theory]
    [InlineData(new long[] { 2, 2 }, new long[] { 3, 3 })]
    [InlineData(new long[] { 2, 5 }, new long[] { 2, 6 })]
    [InlineData(new long[] { 2, 5 }, new long[] { 3 })]
    public void Shapes_that_do_not_follow_the_number_of_samples_have_no_layout(long[] two, long[] three) =>
        Assert.Null(BatchLayout.Between((2, two), (3, three)));

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Samples_come_first_and_go_back_to_their_place(long[] shape, long[] other, int axis, long perSample)
    {
        Assert.NotNull(other);
        using DisposeScope scope = NewDisposeScope();
        var layout = new BatchLayout(axis, perSample);
        Tensor x = randn(shape), first = layout.SamplesFirst(x);
        Assert.Equal(axis < 0 ? 1 : 2, first.shape[0]);
        Assert.Equal(x.shape, layout.Restore(first).shape);
        Assert.Equal(
            x.contiguous().data<float>().ToArray(), layout.Restore(first).contiguous().data<float>().ToArray());
        for (int d = 0; d < shape.Length; d++)
        {
            if (d != axis)
                Assert.Equal(shape[d], first.shape[layout.DimensionOf(d)]);
        }
    }

    [Fact]
    public void A_sample_keeps_what_belongs_to_it()
    {
        using DisposeScope scope = NewDisposeScope();
        // Rows 0 to 2 are the first sample's, 3 to 5 the second's.
        Tensor x = arange(6, dtype: ScalarType.Float32).view(6, 1);
        Tensor first = new BatchLayout(0, 3).SamplesFirst(x);
        Assert.Equal([3f, 4, 5], first[1].contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Tensors_are_replaced_in_tuples_arrays_and_lists()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = zeros(1), b = zeros(2), c = zeros(3), d = zeros(4);
        var bundle = new Bundle([(a, 7, (b, (Tensor?)null)), new[] { c }, new List<Tensor> { d }, "text"]);
        Assert.Equal([a, b, c, d], bundle.Tensors);
        Assert.Equal([7, null, "text"], bundle.Others);
        Tensor[] others = [ones(1), ones(2), ones(3), ones(4)];
        Bundle changed = bundle.With(others);
        (Tensor? first, int number, (Tensor? second, Tensor? none)) = changed.Get<(Tensor, int, (Tensor, Tensor?))>();
        Assert.Same(others[0], first);
        Assert.Equal(7, number);
        Assert.Same(others[1], second);
        Assert.Null(none);
        Assert.Same(others[2], Assert.Single(changed.Get<Tensor[]>(1)));
        Assert.Same(others[3], Assert.Single(changed.Get<List<Tensor>>(2)));
        Tuple<Tensor, Tensor?> pair = new Bundle([new Tuple<Tensor, Tensor?>(a, null)])
            .With([b])
            .Get<Tuple<Tensor, Tensor?>>();
        Assert.Same(b, pair.Item1);
    }

    [Fact]
    public void A_structure_that_is_not_followed_is_an_error() =>
        Assert.Equal(
            "QDROP232", Assert.Throws<QDropException>(() => new Bundle([new HashSet<Tensor>()])).Code);

    [Fact]
    public void A_dictionary_that_cannot_be_made_anew_is_an_error() =>
        Assert.Equal(
            "QDROP232",
            Assert.Throws<QDropException>(() => new Bundle([ImmutableDictionary<string, Tensor>.Empty])).Code);
}
