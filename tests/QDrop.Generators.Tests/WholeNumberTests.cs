using QDrop.Calibration;
using QDrop.Generators.Tests.Helpers;
using static TorchSharp.torch;

namespace QDrop.Generators.Tests;

/// <summary>Indices and truth values that forward computes with are not quantized.</summary>
[Collection("torch")]
public sealed class WholeNumberTests
{
    private const string Members = """
        private readonly Linear a = Linear(8, 16), head = Linear(16, 4);
        private readonly Embedding e = Embedding(10, 16);
        """;

    /// <summary>Forwards of <c>[N, 5]</c> indices.</summary>
    private static readonly Dictionary<string, string> OfIndices = new()
    {
        ["added and clamped"] = "return head.forward(e.forward((x + 1).clamp(0, 9)).mean([1]));",
        ["clamped before the first layer"] = "return head.forward(e.forward(x.clamp(1, 7)).mean([1]));",
        ["rectified"] = "return head.forward(e.forward(relu(x - 4)).mean([1]));",
        ["masked"] = "return head.forward(e.forward(x * x.ne(3)).mean([1]));",
        ["passes"] = """
            var y = e.forward(x);
            for (int t = 0; t < 3; t++)
            {
                x = (x + t).clamp(0, 9);
                y = y + e.forward(x);
            }
            return head.forward(relu(y).mean([1]));
            """,
        ["passes of a branch"] = """
            var y = e.forward(x);
            for (int t = 0; t < 3; t++)
                y = y + (t > 0 ? e.forward((x + t).clamp(0, 9)) : e.forward((x - t).clamp(0, 9)));
            return head.forward(relu(y).mean([1]));
            """,
        ["the same code for indices and values"] = """
            return head.forward(relu(Twice(e.forward(Twice(x).clamp(0, 9)))).mean([1]));
            """,
    };

    /// <summary>Forwards of <c>[N, 5, 8]</c> values.</summary>
    private static readonly Dictionary<string, string> OfValues = new()
    {
        ["greatest"] = """
            var h = relu(a.forward(x[.., 0]));
            return head.forward(h + e.forward(h.argmax(1).clamp(0, 3)));
            """,
        ["counted"] = """
            var h = relu(a.forward(x[.., 0]));
            return head.forward(h + e.forward((x[.., 1].gt(.3)).sum(1).clamp(0, 9)));
            """,
        ["relative positions"] = """
            var p = arange(x.shape[1]);
            var r = (p.unsqueeze(0) - p.unsqueeze(1)).clamp(-4, 4) + 4;
            return head.forward(relu(a.forward(x)) + e.forward(r).mean([1])).mean([1]);
            """,
        ["truth values joined"] = """
            var h = relu(a.forward(x[.., 0]));
            var m = h.gt(.2).logical_and(h.lt(2)) * h.ne(1);
            return head.forward(h * m + e.forward(zeros(h.shape[0], dtype: ScalarType.Int64)));
            """,
        ["picked"] = """
            var h = relu(a.forward(x));
            var i = (h.sum([2]).argmax(1) - 1).clamp(0, 4);
            return head.forward(h.gather(1, i.view(-1, 1, 1).expand(-1, 1, 16)).squeeze(1));
            """,
        ["as numbers afterwards"] = """
            var h = relu(a.forward(x[.., 0]));
            var n = (h.gt(.3).sum(1, keepdim: true) + 1).clamp(1, 9);
            return head.forward(h / n.to(ScalarType.Float32));
            """,
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string name in OfIndices.Keys.Concat(OfValues.Keys))
            {
                foreach (string way in new[] { "nearest", "QDrop", "channels", "one for all passes" })
                    cases.Add(name, way);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Indices_and_truth_values_are_not_quantized(string name, string way)
    {
        using SmallModel model = Of(name);
        model.Settings = way switch
        {
            "QDrop" => model.Settings with { Method = Method.QDrop, Order = CalibrationOrder.UpFront },
            "channels" => model.Settings with { ActivationsPerChannel = true },
            "one for all passes" => model.Settings with { ActivationsPerPass = false },
            _ => model.Settings,
        };
        CalibrationOutcome outcome = model.StaysNear(Input(name), insight: way == "nearest");
        // Places have no quantizer that is not there.
        IEnumerable<string> placed =
            outcome.State.Manifest.Places?.Values.SelectMany(static n => n).Where(static n => n.Length > 0) ?? [];
        Assert.Subset(outcome.State.Activations.Select(static a => a.Name).ToHashSet(), placed.ToHashSet());
    }

    [Theory]
    [InlineData("added and clamped")]
    [InlineData("relative positions")]
    public void What_is_not_quantized_is_not_in_the_artifact(string name)
    {
        using SmallModel model = Of(name);
        CalibrationOutcome outcome = model.Calibrate(Input(name));
        // A sum that goes into a layer is quantized, what it is made of is not.
        string[] expected = name == "added and clamped" ? ["e.output"] : ["add.output"];
        Assert.Equal(expected, outcome.State.Activations.Select(static a => a.Name));
    }

    /// <summary>A call with other element types than in calibration.</summary>
    [Theory]
    [InlineData("return head.forward(e.forward((x * 2).clamp(0, 9).to(ScalarType.Int64)).mean([1]));")]
    [InlineData(
        """
        var y = e.forward(x.to(ScalarType.Int64));
        for (int t = 0; t < 2; t++)
            y = y + e.forward((x + t).clamp(0, 9).to(ScalarType.Int64));
        return head.forward(relu(y).mean([1]));
        """)]
    public void A_floating_point_value_where_calibration_had_none_is_an_error(string forward)
    {
        using var model = new SmallModel(Members, forward);
        Tensor x = randint(0, 9, [24, 5]);
        (_, QuantizedModule<Tensor, Tensor> loaded) = model.Quantize(x);
        using IDisposable guard = no_grad();
        Tensor expected = loaded.call(x);
        for (int i = 0; i < 2; i++)
        {
            QDropException error = Assert.Throws<QDropException>(
                () => loaded.call(x.to_type(ScalarType.Float32)));
            Assert.Equal("QDROP253", error.Code);
            Assert.Contains("floating point", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(expected, loaded.call(x));
        loaded.Dispose();
    }

    private static SmallModel Of(string name) =>
        new(
            Members + "private Tensor Twice(Tensor v) => v + v;",
            OfIndices.TryGetValue(name, out string? forward) ? forward : OfValues[name]);

    private static Tensor Input(string name) =>
        OfIndices.ContainsKey(name) ? randint(0, 9, [24, 5]) : randn(24, 5, 8);
}
