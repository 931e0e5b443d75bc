using System.Runtime.InteropServices;
using QDrop.Programs;
using QDrop.Recording;
using Xunit;

namespace QDrop.Tests.Recording;

/// <summary>Two calls of a model as one program.</summary>
public sealed class GeneralizationTests
{
    [Fact]
    public void A_size_that_differs_is_that_of_a_dimension()
    {
        (ProgramGraph graph, _) = Unified(
            static (samples, _) => new Call(samples, 4).Add("reshape", [0], ("shape", new long[] { samples, 2, 2 })));

        Assert.Equal([-1, 4], graph.Inputs[0].Shape);
        Assert.Equal([-2, 2, 2], graph.Operations[0].Arguments.Integers("shape"));
        Assert.Equal([-1, 2, 2], graph.Outputs[0].Shape);
    }

    [Fact]
    public void A_table_of_which_shorter_inputs_take_less_is_stored_at_full_length()
    {
        (ProgramGraph graph, IReadOnlyDictionary<int, Constant> constants) = Unified(
            static (samples, length) => new Call(samples, length)
                .Constant([.. Enumerable.Range(0, length).Select(static i => i * 0.5f)], 1, length)
                .Add("add", [0, 1]));

        Assert.Equal(["constant", "leading", "add"], graph.Operations.Select(static o => o.Name));
        Assert.Equal([1, 6], constants[1].Shape);
        Assert.Equal((1, 1), (
            graph.Operations[1].Arguments.Integer("dim"), graph.Operations[1].Arguments.Integer("of")));
        Assert.Equal([0, 2], graph.Operations[2].Operands);
    }

    [Fact]
    public void A_mask_that_is_the_same_everywhere_is_repeated()
    {
        (ProgramGraph graph, IReadOnlyDictionary<int, Constant> constants) = Unified(
            static (samples, length) => new Call(samples, length)
                .Constant([.. Enumerable.Repeat(1f, samples * length)], samples, length)
                .Add("add", [0, 1]));

        Assert.Equal(["constant", "expand", "expand", "add"], graph.Operations.Select(static o => o.Name));
        Assert.Equal([1, 1], constants.Values.Single().Shape);
        Assert.Equal([-4, -3], graph.Operations[1].Arguments.Integers("shape"));
        Assert.Equal([-2, -5], graph.Operations[2].Arguments.Integers("shape"));
    }

    [Fact]
    public void A_slice_as_long_as_an_input_is_of_its_length()
    {
        (ProgramGraph graph, _) = Unified(static (samples, length) => new Call(samples, length)
            .Constant([.. Enumerable.Range(0, 32).Select(static i => (float)i)], 1, 32)
            .Add("slice", [1], ("dim", 1L), ("start", 0L), ("end", (long)length)));

        Assert.Equal("leading", graph.Operations[^1].Name);
        Assert.Equal([1, -1], graph.Outputs[0].Shape);
    }

    [Theory]
    [InlineData(1f, 2f, 6)]
    [InlineData(1f, 1f, 5)]
    public void A_value_that_differs_for_another_reason_is_refused(float first, float second, int size)
    {
        NotRecordableException refused = Assert.Throws<NotRecordableException>(() => Unified((samples, length) =>
            new Call(samples, length)
                .Constant([first, .. Enumerable.Repeat(samples == 2 ? first : second, size - samples)], size - samples + 1)
                .Add("add", [0, 1])));
        Assert.Contains("of 'add' at 'head', it takes a value that", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_operations_are_refused()
    {
        NotRecordableException refused = Assert.Throws<NotRecordableException>(() => Unified((samples, length) =>
            new Call(samples, length).Add(samples == 2 ? "relu" : "sigmoid", [0])));
        Assert.Contains("which operations run depends", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_that_differ_are_refused()
    {
        NotRecordableException refused = Assert.Throws<NotRecordableException>(() => Unified((samples, length) =>
            new Call(samples, length).Add("softmax", [0], ("dim", samples == 2 ? 0L : 1L))));
        Assert.Contains("its arguments depend on values", refused.Message, StringComparison.Ordinal);
    }

    private static (ProgramGraph, IReadOnlyDictionary<int, Constant>) Unified(Func<int, int, Call> call) =>
        Generalization.Of(call(2, 4).Recorded(), call(3, 6).Recorded());

    /// <summary>A call with an input <c>[samples, length]</c>.</summary>
    private sealed class Call(int samples, int length)
    {
        private readonly List<Operation> _operations = [];
        private readonly Dictionary<int, Constant> _constants = [];
        private readonly List<int[]> _shapes = [[samples, length]];

        public Call Constant(float[] values, params int[] shape)
        {
            _operations.Add(new("constant", [], new([("tensor", "")]), "head"));
            _constants.Add(
                _operations.Count, new(ValueKind.Float32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
            _shapes.Add(shape);
            return this;
        }

        public Call Add(string name, int[] operands, params (string, object)[] arguments)
        {
            Operation operation = new(name, operands, new(arguments), "head");
            _operations.Add(operation);
            ValueInfo[] infos = [.. operands.Select(o => new ValueInfo(ValueKind.Float32, _shapes[o]))];
            _shapes.Add(name == "add" ? _shapes[0] : Operations.Vocabulary.Find(name)!.Infer(operation, infos).Shape);
            return this;
        }

        public RecordedCall Recorded() => new(
            new(
                [new("x", ValueKind.Float32, _shapes[0])],
                _operations,
                [new("output", _operations.Count, ValueKind.Float32, _shapes[^1])]),
            _constants,
            _shapes);
    }
}
