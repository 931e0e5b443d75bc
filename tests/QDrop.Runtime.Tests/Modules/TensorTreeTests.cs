using QDrop.CompilerServices;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <summary>Structures of tensors that go into and out of modules.</summary>
public sealed class TensorTreeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public sealed record Output(Tensor Hidden, Tensor? Cache, int Count);

    public record struct Pair(Tensor First, (Tensor A, Tensor B) Others);

    public sealed record Plain(int Count, string Name);


    public static TheoryData<string> Names =>
        ["tuple", "record", "record without one", "struct", "array", "list", "dictionary", "nested"];

    private static (object Value, int Tensors) Case(string name) => name switch
    {
        "tuple" => ((ones(1), 3, ones(2)), 2),
        "record" => (new Output(ones(1), ones(2), 3), 2),
        "record without one" => (new Output(ones(1), null, 3), 1),
        "struct" => (new Pair(ones(1), (ones(2), ones(3))), 3),
        "array" => (new[] { ones(1), ones(2) }, 2),
        "list" => (new List<Tensor> { ones(1), ones(2) }, 2),
        "dictionary" => (new Dictionary<string, Tensor> { ["b"] = ones(1), ["a"] = ones(2) }, 2),
        _ => (new Dictionary<string, Output[]> { ["x"] = [new(ones(1), ones(2), 1), new(ones(3), null, 2)] }, 3),
    };

    [Theory, MemberData(nameof(Names))]
    public void Its_tensors_are_found_and_others_put_in_their_places(string name)
    {
        (object value, int count) = Case(name);
        Tensor[] tensors = [.. TensorTree.Leaves(value).OfType<Tensor>()];
        Assert.Equal(Enumerable.Range(1, count), tensors.Select(static t => (int)t.shape[0]));

        object? doubled = TensorTree.Select(value, static leaf => leaf is Tensor t ? t * 2 : leaf);
        Assert.Equal(value.GetType(), doubled!.GetType());
        Assert.NotSame(value, doubled);
        Assert.Equal(
            tensors.Select(static t => 2f * t.shape[0]),
            TensorTree.Leaves(doubled).OfType<Tensor>().Select(static t => t.sum().item<float>()));
        Assert.Equal(
            TensorTree.Leaves(value).Where(static l => l is not Tensor),
            TensorTree.Leaves(doubled).Where(static l => l is not Tensor));
    }

    [Fact]
    public void The_keys_of_a_dictionary_stay()
    {
        (object value, _) = Case("dictionary");
        var other = (Dictionary<string, Tensor>)TensorTree.Select(value, static leaf => leaf)!;
        Assert.Equal([("b", 1), ("a", 2)], other.Select(static pair => (pair.Key, pair.Value.shape[0])));
    }

    [Fact]
    public void What_holds_no_tensors_is_a_leaf()
    {
        var plain = new Plain(1, "x");
        Assert.Equal([plain], TensorTree.Leaves(plain));
        Assert.Equal([null], TensorTree.Leaves(null));
    }
}
