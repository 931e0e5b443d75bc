using QDrop.Calibration.Inputs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Inputs;

/// <summary>What calibration gives for the parameters of a <c>forward</c>.</summary>
public sealed class InputTypeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(typeof(Tensor), 1)]
    [InlineData(typeof(int), 1)]
    [InlineData(typeof(bool), 1)]
    [InlineData(typeof(Tensor[]), 1)]
    [InlineData(typeof(List<Tensor>), 1)]
    [InlineData(typeof((Tensor, long, (Tensor, Tensor))), 4)]
    [InlineData(typeof(string), null)]
    [InlineData(typeof((Tensor, string)), null)]
    [InlineData(typeof(Dictionary<string, Tensor>), null)]
    public void A_type_takes_as_many_tensors(Type type, int? count) => Assert.Equal(count, InputType.Count(type));

    [Theory]
    [InlineData(typeof(int), 3)]
    [InlineData(typeof(long), 3L)]
    [InlineData(typeof(float), 3f)]
    [InlineData(typeof(double), 3.0)]
    [InlineData(typeof(bool), true)]
    public void A_number_is_the_value_of_all_samples(Type type, object expected) =>
        Assert.Equal(expected, InputType.Make(type, new Queue<Tensor>([full(4, 3, dtype: int64)]), inList: 1));

    [Fact]
    public void A_number_that_differs_between_samples_is_refused()
    {
        QDropException error = Assert.Throws<QDropException>(() =>
            InputType.Make(typeof(int), new Queue<Tensor>([tensor(new long[] { 2, 2, 5 })]), inList: 1));
        Assert.Equal("QDROP222", error.Code);
        Assert.Contains("gives 2 and 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_takes_what_is_left_for_it()
    {
        Tensor[] tensors = [zeros(1), zeros(2), zeros(3), zeros(4)];
        var rest = new Queue<Tensor>(tensors);
        Assert.Same(tensors[0], InputType.Make(typeof(Tensor), rest, inList: 2));
        Assert.Equal(tensors[1..3], (List<Tensor>)InputType.Make(typeof(List<Tensor>), rest, inList: 2));
        Assert.Equal(tensors[3..], (Tensor[])InputType.Make(typeof(Tensor[]), rest, inList: 1));
    }
}
